import * as v from 'valibot';
import { afterEach, expect, test, vi } from 'vitest';
import { ScalingSchema } from '../../api/scaling.ts';
import { ownRegions } from '../../regions/config.ts';
import { configOf, region } from '../../test/support/data/sample-config.ts';
import type { EdgeContext } from '../edge-context.ts';
import { Scaling, type ScalingStatus, scalingSettings } from '../region/scaling.ts';
import { regionScaling } from './region-scaling.ts';

const config = configOf([
  region('weur', { keepAwake: true, members: { max: 3, freeConnections: 100, windowSeconds: 60 } }),
  region('oc'),
]);

afterEach(() => void vi.restoreAllMocks());

function ask(id: string, scaling: () => Promise<ScalingStatus | undefined>): Promise<Response> {
  const env = { REGION_WEUR: { getByName: () => ({ scaling }) } };
  return regionScaling({ env, config } as unknown as EdgeContext, id);
}

function statusOf(clients: number | undefined): ScalingStatus {
  const [weur] = ownRegions(config);
  const settings = weur && scalingSettings(weur);
  if (settings === undefined) throw new Error('it has members');
  const scaling = new Scaling();
  const own = { number: 1, state: 'up', clients, isHeard: clients !== undefined } as const;
  return { settings, decision: scaling.decide({ servers: [own], startMs: 2_000 }, settings, 1_000) };
}

test('the answer has the settings, the newest decision and what held it back', async () => {
  const answer = await ask('weur', async () => statusOf(9_950));
  expect(answer.status).toBe(200);
  const body = await answer.json();
  expect(() => v.parse(ScalingSchema, body)).not.toThrow();
  expect(body).toMatchObject({
    region: 'weur',
    settings: { min: 1, max: 3, freeConnections: 100, windowSeconds: 60, capacity: 10_000 },
    decision: { clients: 9_950, needed: 2, action: { kind: 'start', servers: [2] } },
  });
});

test('before the first look nothing is decided, and a server that never answered has no clients to count', async () => {
  const none = await ask('weur', async () => ({ ...statusOf(0), decision: undefined }));
  expect(await none.json()).toMatchObject({ decision: null });
  const silent = await ask('weur', async () => statusOf(undefined));
  expect(await silent.json()).toMatchObject({ decision: { unanswered: [1], action: { kind: 'none' } } });
});

test.each([
  ['moon', 404, 'no_such_region'],
  ['oc', 404, 'no_members'],
] as const)('%s: %i %s', async (id, status, code) => {
  const answer = await ask(id, async () => undefined);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: { code } });
});

test('an object that does not know of its members yet, or does not answer', async () => {
  const early = await ask('weur', async () => undefined);
  expect(await early.json()).toMatchObject({ error: { code: 'no_members' } });
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const gone = await ask('weur', () => Promise.reject(new Error('internal')));
  expect(await gone.json()).toMatchObject({ error: { code: 'region_unavailable' } });
});
