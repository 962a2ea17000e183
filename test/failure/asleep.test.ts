// A region that may sleep: it leaves the mesh while it does, a client wakes it, and no live client is ever asleep.

import { createInbox } from '@nats-io/nats-core';
import { describe, expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf, type Region } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { awaitInterest } from '../support/interest.ts';
import { linkBetween, regionIs, stateOf } from '../support/mesh-state.ts';

/** The shortest that the configuration takes. */
const SLEEP_AFTER_MS = 10_000;

/** Activity is checked once per `sleepAfter`, so sleep can take twice as long; three times if a check was missed. */
const ASLEEP_WITHIN_MS = 4 * SLEEP_AFTER_MS;

const TEST_TIMEOUT_MS = 3 * ASLEEP_WITHIN_MS;

const LINKED_WITHIN_MS = 5_000;

const SLEEPY = { keepAwake: false, jetstream: false, sleepAfter: `${SLEEP_AFTER_MS / 1000}s` };

const running = useStack(configOf(['enam', 'eeur', 'apac', 'oc'], { enam: SLEEPY, oc: SLEEPY }));

const SYDNEY = cityOf('oc');
const ASHBURN = cityOf('enam');

test('it is asleep at first, its links are asleep, and the others are linked without it', async () => {
  const { stack } = running;
  expect(await stateOf(stack, 'oc')).toBe('asleep');
  expect((await linkBetween(stack, 'oc', 'eeur')).state).toBe('asleep');
  expect((await linkBetween(stack, 'oc', 'apac')).state).toBe('asleep');
  expect((await linkBetween(stack, 'eeur', 'apac')).state).toBe('up');
  expect(stack.engine.server('nats-oc')).toBeUndefined();
});

test('looking at it does not wake it, clients elsewhere do not, and health counts it as serving', async () => {
  const { stack } = running;
  await using warsaw: Client = await connectFrom(stack.url, cityOf('eeur'));
  expect(warsaw.region).toBe('eeur');
  expect(await stack.api.health()).toMatchObject({
    ok: true,
    regions: expect.arrayContaining(['oc']),
  });
  await stack.api.route({ colo: 'SYD' });
  expect(await stateOf(stack, 'oc')).toBe('asleep');
});

/** Its links to the regions that are awake all the time. */
async function isLinked(region: Region): Promise<void> {
  await waitFor(`the links of ${region} to be up`, { timeoutMs: LINKED_WITHIN_MS }, async () => {
    const links = await Promise.all(['eeur', 'apac'].map((peer) => linkBetween(running.stack, region, peer)));
    return links.every(({ state }) => state === 'up');
  });
}

describe.concurrent('awake', { timeout: TEST_TIMEOUT_MS }, () => {
  test('it was woken by a client, who reaches the others; it stays up under the client, however idle, and sleeps after it', async ({
    expect,
  }) => {
    const { stack } = running;
    await using warsaw: Client = await connectFrom(stack.url, cityOf('eeur'));
    const subject = createInbox();
    warsaw.nats.subscribe(subject, { callback: (_error, message) => void message.respond('from Warsaw') });

    const sydney = await connectFrom(stack.url, SYDNEY);
    expect(sydney.region).toBe('oc');
    await isLinked('oc');
    await awaitInterest(warsaw.nats, [sydney.nats]);
    expect((await sydney.nats.request(subject)).string()).toBe('from Warsaw');

    const idleSince = Date.now();
    await waitFor('the client to have been idle for long', { timeoutMs: ASLEEP_WITHIN_MS }, async () => {
      expect(await stateOf(stack, 'oc')).toBe('up');
      return Date.now() - idleSince > SLEEP_AFTER_MS * 1.2;
    });
    expect(sydney.nats.isClosed()).toBe(false);
    expect((await sydney.nats.request(subject)).string()).toBe('from Warsaw');

    await sydney.close();
    await regionIs(stack, 'oc', 'asleep', ASLEEP_WITHIN_MS);
    expect(stack.engine.server('nats-oc')).toBeUndefined();
    expect((await linkBetween(stack, 'oc', 'eeur')).state).toBe('asleep');
  });

  test('a client that comes just as it goes to sleep is served there all the same', async ({ expect }) => {
    const { stack } = running;
    const first = await connectFrom(stack.url, ASHBURN);
    expect(first.region).toBe('enam');
    await first.close();
    await waitFor('it to be going to sleep', { timeoutMs: ASLEEP_WITHIN_MS }, async () => {
      return (await stateOf(stack, 'enam')) !== 'up';
    });
    await using early: Client = await connectFrom(stack.url, ASHBURN);
    expect(early.region).toBe('enam');
    await isLinked('enam');
  });
});
