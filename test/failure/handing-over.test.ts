// Servers that take connections and serve none, as a stopped process does: clients are handed on, and nothing is left
// of the attempts.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { REGION_HEADER } from '../../api/headers.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { beginOutage } from '../outages/outage.ts';
import { cfOf, cityOf, standingIn } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { landsIn, meshIsWhole } from '../support/mesh-state.ts';
import { monitorOf, readMonitor } from '../support/monitor.ts';
import { rawUpgrade } from '../support/raw-upgrade.ts';

const running = useStack();

const SERVED_WITHIN_MS = 1_500;
const FORGOTTEN_WITHIN_MS = 2_000;

/** Longer than a client with little patience waits, and shorter than it takes to notice that a server hangs. */
const PATIENCE_MS = 200;

test.each([1, 2, 3, 4, 5])('with the nearest %i of six hung a client is served within 1.5 s', async (k) => {
  const { stack } = running;
  const sydney = standingIn(cfOf(cityOf('oc')));
  const { candidates } = await stack.api.route({}, sydney);
  const ranked = candidates.map(({ region }) => region);
  {
    await using _hung = await hang(ranked.slice(0, k));
    const served = await Promise.all(Array.from({ length: 10 }, () => timedUpgrade(sydney)));
    for (const { region, ms } of served) {
      expect(region).toBe(ranked[k]);
      expect(ms).toBeLessThan(SERVED_WITHIN_MS);
    }
    // Those who come next do not wait for what is known by now.
    await sleep(SERVED_WITHIN_MS);
    expect((await timedUpgrade(sydney)).ms).toBeLessThan(SERVED_WITHIN_MS);
  }
  await meshIsWhole(stack);
  await landsIn(stack, cityOf('oc'), 'oc');
});

test.each([
  ['given up by their clients', PATIENCE_MS],
  ['handed on', SERVED_WITHIN_MS],
])('upgrades that were %s leave no connections at the server that hung', async (_what, patienceMs) => {
  const { stack } = running;
  const paris = standingIn(cfOf(cityOf('weur')));
  const monitor = await monitorOf(stack.engine, 'weur');
  {
    await using _hung = await hang(['weur']);
    await Promise.all(Array.from({ length: 50 }, () => impatientUpgrade(paris, patienceMs)));
  }
  await waitFor('the server to have no connections', { timeoutMs: FORGOTTEN_WITHIN_MS }, async () => {
    return (await readMonitor(monitor, 'connz')).connections.length === 0;
  });
  await landsIn(stack, cityOf('weur'), 'weur');
});

function hang(regions: readonly string[]): Promise<AsyncDisposable> {
  const { engine, url } = running.stack;
  return beginOutage({ kind: 'hung', regions, engine, url });
}

async function timedUpgrade(headers: Readonly<Record<string, string>>) {
  const startedAt = Date.now();
  const { headers: answer, socket } = await rawUpgrade(running.stack.url, headers);
  socket?.destroy();
  return { region: answer[REGION_HEADER], ms: Date.now() - startedAt };
}

/** Leaves as soon as it is served, or after so long. */
/** Leaves as soon as it is served, or after so long. */
async function impatientUpgrade(
  headers: Readonly<Record<string, string>>,
  patienceMs: number,
): Promise<void> {
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const { socket } = await rawUpgrade(running.stack.url, headers, { signal });
    socket?.destroy();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
