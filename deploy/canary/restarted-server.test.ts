// Which server a region runs, before a deploy and after it, as an edge tells.

import { expect, test } from 'vitest';
import type { RegionView } from '../../api/regions.ts';
import { livingEdge, refusal, regionView, startFakeEdge } from '../../test/support/fake-edge.ts';
import { runningServerId, waitForServer } from './restarted-server.ts';

/** Answers with one after the other, and goes on with the last. */
function edgeWith(...views: readonly Partial<RegionView>[]) {
  let next = 0;
  return startFakeEdge({
    ...livingEdge(),
    'GET /api/regions': () => {
      const view = views[Math.min(next++, views.length - 1)];
      return { body: { version: 7, regions: [regionView(view)] } };
    },
  });
}

const wait = (url: string, before: string | undefined, interrupted = new AbortController().signal) =>
  waitForServer(
    { url, token: undefined, region: 'weur' },
    { before, timeoutMs: 200, pollMs: 5, interrupted },
  );

test('an object that was reset is up since now, and yet its server is the old one', async () => {
  await using edge = await edgeWith({ since: Date.now() + 60_000, serverId: 'OLD' });
  await expect(wait(edge.url, 'OLD')).rejects.toThrow(
    'weur does not serve with the new image after 0.2 s: it is up, with the server of before.',
  );
});

test('it waits over the old server, one that stops and one that starts', async () => {
  await using edge = await edgeWith(
    { serverId: 'OLD' },
    { state: 'stopping' },
    { state: 'starting', serverId: 'NEW' },
    { serverId: 'NEW' },
  );
  await wait(edge.url, 'OLD');
  expect(edge.asked).toHaveLength(4);
});

test('where nothing restarts, up is enough', async () => {
  await using edge = await edgeWith({ state: 'starting' }, { serverId: 'OLD' });
  await wait(edge.url, undefined);
  expect(edge.asked).toHaveLength(2);
});

test('a server that does not say its id is not taken for a new one', async () => {
  await using edge = await edgeWith({});
  await expect(wait(edge.url, 'OLD')).rejects.toThrow('with the server of before');
});

test.each([
  [{ serverId: 'OLD', state: 'down' }, 'it is down: choose one that is up'],
  [{}, 'does not say which server runs: deploy once without --canary'],
  [{ id: 'oc', serverId: 'OLD' }, 'it is no region there'],
] as const)('before a deploy, this is no server to compare with: %j', async (view, words) => {
  await using edge = await edgeWith(view);
  await expect(runningServerId({ url: edge.url, token: undefined, region: 'weur' })).rejects.toThrow(words);
});

test('an edge that fails before a deploy', async () => {
  await using edge = await startFakeEdge({ 'GET /api/regions': refusal(500, 'internal') });
  await expect(runningServerId({ url: edge.url, token: undefined, region: 'weur' })).rejects.toThrow(
    'does not say how weur is (refused: internal)',
  );
});
