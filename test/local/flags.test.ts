// Feature flags on a running stack: edited live, read by programs through OpenFeature's own SDK.

import { OpenFeature } from '@openfeature/server-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RolloutFile } from '../../api/rollouts.ts';
import { MeridianProvider } from '../../examples/flags/meridian-provider.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { runRegions } from '../support/regions-command.ts';

const running = useStack(configOf(['oc'], { oc: { jetstream: false } }));
const USERS = Array.from({ length: 200 }, (_, n) => `user-${n}`);
const WAIT = { timeoutMs: 30_000, pollMs: 250 };

beforeAll(() => OpenFeature.setProviderAndWait(new MeridianProvider(running.stack.url, { keepMs: 0 })));
afterAll(() => OpenFeature.close());

const client = () => OpenFeature.getClient();

async function set(...assignments: string[]): Promise<void> {
  const args = ['set', ...assignments, '--yes', '--message', 'for a test'];
  expect(await runRegions(args, { edge: running.stack })).toMatchObject({ code: 0 });
}

async function usersWith(flag: string): Promise<readonly string[]> {
  const values = await Promise.all(
    USERS.map((targetingKey) => client().getBooleanValue(flag, false, { targetingKey })),
  );
  return USERS.filter((_, n) => values[n]);
}

test('a flag is made and changed while the edge runs, and the same users keep it', async () => {
  const details = () => client().getBooleanDetails('new-search', false, { targetingKey: 'user-1' });
  expect(await details()).toMatchObject({ value: false, errorCode: 'FLAG_NOT_FOUND' });
  await set('flags.new-search.on=true', 'flags.new-search.percent=25');
  await waitFor('the flag', WAIT, async () => (await details()).reason === 'SPLIT');
  const quarter = await usersWith('new-search');
  expect(quarter.length).toBeGreaterThan(25);
  expect(quarter.length).toBeLessThan(75);
  await set('flags.new-search.percent=50');
  const half = await waitFor('more of them', WAIT, async () => {
    const users = await usersWith('new-search');
    return users.length > quarter.length ? users : undefined;
  });
  expect(quarter.filter((user) => !half.includes(user))).toEqual([]);
  await set('flags.new-search.on=false');
  await waitFor('it to be off', WAIT, async () => (await details()).reason === 'DISABLED');
  const { versions } = await running.stack.api.history();
  expect(versions[0]).toMatchObject({ message: 'for a test', changes: 1 });
  const { entries } = await running.stack.api.audit();
  expect(entries[0]).toMatchObject({ action: 'put', outcome: 'ok', detail: 'for a test' });
});

test('what a program says of its user decides', async () => {
  await set('flags.for-gold.on=true', 'flags.for-gold.header=x-tier', 'flags.for-gold.headerValues=gold');
  await set('flags.in-oceania.on=true', 'flags.in-oceania.countries=AU,NZ');
  const value = (flag: string, context: Record<string, string>) =>
    client().getBooleanDetails(flag, false, context);
  await waitFor('the flags', WAIT, async () => (await value('in-oceania', {})).errorCode === undefined);
  expect(await value('for-gold', { 'x-tier': 'gold' })).toMatchObject({
    value: true,
    reason: 'TARGETING_MATCH',
  });
  expect(await value('for-gold', { 'x-tier': 'tin' })).toMatchObject({ value: false, reason: 'DEFAULT' });
  expect(await value('in-oceania', { country: 'NZ' })).toMatchObject({ value: true });
  expect(await value('in-oceania', { country: 'DE' })).toMatchObject({ value: false });
  expect(await value('in-oceania', { country: 'nz' })).toMatchObject({ errorCode: 'INVALID_CONTEXT' });
});

test('a rollout turns a flag up in steps', async () => {
  await set('flags.by-rollout.on=true', 'flags.by-rollout.percent=0');
  const plan: RolloutFile = {
    name: 'turn-up',
    every: '5s',
    checks: [{ check: 'regions' }],
    steps: [
      { set: { 'flags.by-rollout.percent': 50 }, for: '5s' },
      { set: { 'flags.by-rollout.percent': 100 }, for: '5s' },
    ],
  };
  const { id } = await running.stack.api.startRollout({ plan });
  const rollout = await waitFor('the rollout to be over', { timeoutMs: 60_000, pollMs: 250 }, async () => {
    const found = await running.stack.api.rollout(id);
    return found.endedAt === null ? undefined : found;
  });
  expect(rollout).toMatchObject({ state: 'done' });
  expect(rollout.verdicts).toMatchObject([{ outcome: 'pass', words: expect.stringContaining('oc') }]);
  await waitFor('all to have it', WAIT, async () => (await usersWith('by-rollout')).length === USERS.length);
}, 120_000);

test("Meridian's own flag is switched off while clients come", async () => {
  const details = () => client().getBooleanDetails('wait-for-busy-regions', false);
  expect(await details()).toMatchObject({ value: true, reason: 'DEFAULT' });
  await set('flags.wait-for-busy-regions.on=false');
  await waitFor('it to be off', WAIT, async () => (await details()).reason === 'DISABLED');
  await using nc = await connectFrom(running.stack.url, cityOf('oc'));
  expect(nc.region).toBe('oc');
});
