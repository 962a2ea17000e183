import { expect, test } from 'vitest';
import type { RegionView } from '../api/regions.ts';
import { type Answers, regionView, startFakeEdge } from '../test/support/fake-edge.ts';
import { waitUntilServed } from './wait-until-served.ts';

const HEALTH = { ok: true, version: 7, regions: ['weur'], others: [], jetstream: { ok: true } };
const WAITS = { status: 503, body: { ...HEALTH, jetstream: { ok: false, problem: 'enam has no leader' } } };
const AT = 'GET /health?jetstream=true';

const waitFor = (url: string, timeoutMs: number, old: ReadonlyMap<string, string> = new Map()) =>
  waitUntilServed({ url, token: undefined, timeoutMs, old });

test('it waits until clients and JetStream are served', async () => {
  let times = 0;
  await using edge = await startFakeEdge({ [AT]: () => (++times < 3 ? WAITS : { body: HEALTH }) });
  await waitFor(edge.url, 5_000);
  expect(edge.asked.length).toBe(3);
});

/** It serves all the time, with these regions one after the other. */
function servingWith(...views: readonly (readonly Partial<RegionView>[])[]): Answers {
  let next = 0;
  return {
    [AT]: { body: HEALTH },
    'GET /api/regions': () => {
      const regions = views[Math.min(next++, views.length - 1)] ?? [];
      return { body: { version: 7, regions: regions.map((view) => regionView(view)) } };
    },
  };
}

const OLD = new Map([
  ['weur', 'OLD'],
  ['oc', 'OLD-OC'],
]);

test('it waits until each old server is replaced, although they serve', async () => {
  const oc: Partial<RegionView> = { id: 'oc', serverId: 'NEW-OC' };
  const enam: Partial<RegionView> = { id: 'enam', serverId: 'LEFT' };
  await using edge = await startFakeEdge(
    servingWith(
      [{ serverId: 'OLD' }, { ...oc, serverId: 'OLD-OC' }, enam],
      [{ serverId: 'NEW', state: 'starting' }, oc, enam],
      [{}, oc, enam],
      [{ serverId: 'NEW' }, oc, enam],
    ),
  );
  await waitFor(edge.url, 5_000, OLD);
  expect(edge.asked.filter(({ path }) => path === '/api/regions').length).toBe(4);
});

test('who sleeps, is turned off or is no region any more is not waited for', async () => {
  await using edge = await startFakeEdge(
    servingWith([{ state: 'asleep' }, { id: 'oc', enabled: false, state: 'down' }]),
  );
  await waitFor(edge.url, 5_000, new Map([...OLD, ['gone', 'OLD']]));
});

test('the old server that still serves is named when time is up', async () => {
  await using edge = await startFakeEdge(servingWith([{ serverId: 'OLD' }, { id: 'oc', state: 'draining' }]));
  await expect(waitFor(edge.url, 200, OLD)).rejects.toThrow(
    'does not serve after 0.2 s: weur still runs the server of before, oc is draining.',
  );
});

test.each([
  ['not yet', { [AT]: WAITS }, 'enam has no leader'],
  ['something else', {}, 'it answered 404, and not as an edge does'],
] as const)('%s: the last answer is told', async (_what, answers, words) => {
  await using edge = await startFakeEdge(answers);
  await expect(waitFor(edge.url, 200)).rejects.toThrow(words);
});

test('nobody answers', async () => {
  await expect(waitFor('http://127.0.0.1:1', 200)).rejects.toThrow('it did not answer');
});
