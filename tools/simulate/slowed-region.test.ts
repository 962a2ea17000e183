// Somebody slows the answers that one data center gets from its region: a jam, or an attack. Clients go elsewhere, never
// farther than to the next best, and come back within minutes once it has passed.

import { expect, test } from 'vitest';
import { lastingOrder } from '../../routing/lasting-order.ts';
import { getOptimalRegion } from '../../routing/optimal-region.ts';
import { spoiledWorld } from '../../test/support/data/spoiled-world.ts';
import {
  type ColoRecord,
  EMPTY_RECORD,
  observationsOf,
  withAnswer,
  withIncumbent,
} from '../../worker/connect/colo-record.ts';
import { regionsToAsk } from '../../worker/connect/whom-to-ask.ts';
import { bestOf, rttMs } from './score.ts';
import type { SimulatedClient } from './setup.ts';

const EVERY_MS = 30_000;
const LEARNED = 40;
const SLOW_BY_MS = 400;

const { clients, plan, regions } = spoiledWorld(1, 9);

/** The choices of one data center by round; its region is slow for so many rounds from LEARNED on. */
function choicesOf(client: SimulatedClient, slowFor: number, rounds: number): readonly string[] {
  let record: ColoRecord = EMPTY_RECORD;
  const choices: string[] = [];
  const decideAt = (now: number) =>
    getOptimalRegion(client.request, { plan, observations: observationsOf(record, now), now });
  for (let round = 0; round < rounds; round++) {
    const now = round * EVERY_MS;
    const decision = decideAt(now);
    const isSlow = (id: string) =>
      id === choices[LEARNED - 1] && round >= LEARNED && round < LEARNED + slowFor;
    // Nobody is lucky: of the others none is asked by chance.
    for (const id of regionsToAsk(record, lastingOrder(decision), now, 0.99)) {
      const ms = rttMs(client, id) + (isSlow(id) ? SLOW_BY_MS : 0);
      record = withAnswer(record, id, { state: 'up', clients: 0, rttMs: ms }, now);
    }
    record = withIncumbent(record, decideAt(now).winner);
    choices.push(record.incumbent ?? '');
  }
  return choices;
}

function regretMs(client: SimulatedClient, choice: string | undefined): number {
  return rttMs(client, choice ?? '') - bestOf(client, regions).ms;
}

/** Those far from all but one region are moved farthest. */
const some = clients.filter((_, index) => index % 5 === 0);

test.each([1, 2, 3, 4])('%i slow answers move nobody', (slowFor) => {
  for (const client of some) {
    const choices = choicesOf(client, slowFor, LEARNED + slowFor + 1);
    expect(new Set(choices.slice(LEARNED - 1)).size, client.id).toBe(1);
  }
});

test.each([5, 30])('after %i of them clients are with their region again within 4 minutes', (slowFor) => {
  let moved = 0;
  for (const client of some) {
    const back = LEARNED + slowFor + 8;
    const choices = choicesOf(client, slowFor, back + 1);
    const [before, during] = [choices[LEARNED - 1], choices[LEARNED + slowFor - 1]];
    if (during !== before) moved++;
    const second = Math.min(...regions.flatMap(({ id }) => (id === before ? [] : [rttMs(client, id)])));
    expect(rttMs(client, during ?? ''), client.id).toBeLessThanOrEqual(
      Math.max(1.35 * second, rttMs(client, before ?? '')),
    );
    expect(regretMs(client, choices[back]), client.id).toBeLessThanOrEqual(
      Math.max(regretMs(client, before), 0.35 * rttMs(client, before ?? '')),
    );
  }
  expect(moved).toBeGreaterThan(some.length / 2);
});
