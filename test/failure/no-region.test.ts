// No region can take the client.

import { expect, test } from 'vitest';
import { DECISION_HEADER, RETRY_AFTER_HEADER } from '../../api/headers.ts';
import { PATHS } from '../../api/paths.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from '../support/client.ts';
import { cfOf, cityOf, REGIONS, standingIn } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { landsIn, meshIsWhole } from '../support/mesh-state.ts';
import { rawUpgrade } from '../support/raw-upgrade.ts';

const running = useStack();

/** Health is worked out once a second. */
const HEALTH_WITHIN_MS = 2_000;

/** A JetStream server that was ended takes clients again once it is linked and holds its streams. */
const RECOVERED_WITHIN_MS = 30_000;
const VISIT_EVERY_MS = 250;

interface Refusal {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly tried: readonly { readonly region: string; readonly reason: string; readonly ms: number }[];
  };
}

test('with every region out, the client is told so: 503, when to try again, and that every region was tried', async () => {
  const { stack } = running;
  await Promise.all(REGIONS.map((region) => stack.engine.beginOutage(`nats-${region}`)));
  try {
    const { status, headers, body } = await rawUpgrade(stack.url, standingIn(cfOf(cityOf('oc'))));
    expect(status).toBe(503);
    expect(Number(headers[RETRY_AFTER_HEADER])).toBeGreaterThan(0);
    const { error } = JSON.parse(body) as Refusal;
    const ranked = /rank=([^;]*)/.exec(`${headers[DECISION_HEADER]}`)?.[1]?.split(',') ?? [];
    expect(error.code).toBe('no_region');
    expect(error.tried.map(({ region }) => region)).toEqual(ranked);
    expect(error.tried[0]?.region).toBe('oc');
    for (const { region, reason } of error.tried) {
      expect(reason).not.toBe('');
      expect(error.message).toContain(region);
    }
    await healthIs(503);
    expect(await stack.api.health()).toMatchObject({ ok: false, regions: [] });
  } finally {
    for (const region of REGIONS) stack.engine.endOutage(`nats-${region}`);
  }
});

test('once the regions are back they serve again, without anybody having asked them to', async () => {
  const { stack } = running;
  await meshIsWhole(stack);
  await landsIn(stack, cityOf('oc'), 'oc');
  await healthIs(200);
});

test.each([2, 3, 4, 5])('the best %i regions out, the next best serves', async (k) => {
  const { stack } = running;
  const ranked = await rankOfAll();
  await Promise.all(ranked.slice(0, k).map((region) => stack.engine.beginOutage(`nats-${region}`)));
  try {
    await using client = await connectFrom(stack.url, cityOf('weur'));
    expect(client.region).toBe(ranked[k]);
  } finally {
    for (const region of ranked.slice(0, k)) stack.engine.endOutage(`nats-${region}`);
    await meshIsWhole(stack);
    await landsIn(stack, cityOf('weur'), 'weur');
  }
});

/** All regions for a client in weur, best first, once none of them is remembered as failed: each visit has them looked at. */
async function rankOfAll(): Promise<readonly string[]> {
  const { stack } = running;
  const limits = { timeoutMs: RECOVERED_WITHIN_MS, pollMs: VISIT_EVERY_MS };
  return waitFor('every region to be in good health', limits, async () => {
    await landsIn(stack, cityOf('weur'), 'weur');
    const { candidates } = await stack.api.route({}, standingIn(cfOf(cityOf('weur'))));
    const isDemoted = candidates.some(({ effects }) => effects.some(({ effect }) => effect === 'demote'));
    return candidates.length === REGIONS.length && !isDemoted && candidates.map(({ region }) => region);
  });
}

async function healthIs(status: number): Promise<void> {
  await waitFor(`health to be ${status}`, { timeoutMs: HEALTH_WITHIN_MS }, async () => {
    const response = await fetch(running.stack.url + PATHS.health);
    await response.body?.cancel();
    return response.status === status;
  });
}
