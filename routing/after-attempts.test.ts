import { describe, expect, test } from 'vitest';
import { planOf } from '../test/support/data/checked-in.ts';
import { afterAttempts } from './after-attempts.ts';
import { compactDecision, decisionTable } from './decision-text.ts';
import type { RegionObservation } from './observation.ts';
import { getOptimalRegion } from './optimal-region.ts';

const plan = planOf();

describe('after attempts to hand a client over', () => {
  test('that went well at once the decision is as it was', () => {
    const decision = decide();
    expect(afterAttempts(decision, 'weur', [])).toBe(decision);
  });

  test('the winner is who took it, and it is a failover from the first that did not', () => {
    const record = afterAttempts(decide(), 'wnam', [failed('weur', 'reset'), failed('eeur', 'late')]);
    expect(record).toMatchObject({
      winner: 'wnam',
      failover: { from: 'weur', cause: { code: 'not-taken', message: 'reset' } },
      failed: [{ region: 'weur' }, { region: 'eeur' }],
    });
    expect(compactDecision(record)).toMatch(/;flags=failover;failed=weur,eeur;from=weur:not-taken$/);
    expect(decisionTable(record)).toContain('failover from weur to wnam: did not take the client: reset');
    expect(decisionTable(record)).toContain('tried eeur for 7.0 ms: late');
  });

  test('where the chosen region takes the client there is no failover, whatever was dialled beside it', () => {
    const record = afterAttempts(decide(), 'weur', [failed('eeur', 'full')]);
    expect(record.failover).toBeUndefined();
    expect(record).toMatchObject({ winner: 'weur', failed: [{ region: 'eeur' }] });
    const before = decide({ weur: { state: 'down' } });
    const { winner = '' } = before;
    expect(afterAttempts(before, winner, [failed('wnam', 'full')]).failover).toEqual(before.failover);
  });

  test('a failover that it was before stays the one that it was', () => {
    const decision = decide({ weur: { state: 'down' } });
    expect(afterAttempts(decision, 'wnam', [failed('eeur', 'late')])).toMatchObject({
      winner: 'wnam',
      failover: { from: 'weur', cause: { code: 'state' } },
    });
  });

  test('a region that came last for its health and took the client is none to fail over from', () => {
    const decision = decide({ weur: { state: 'down' } });
    expect(afterAttempts(decision, 'weur', [failed('eeur', 'late')]).failover).toMatchObject({
      from: 'eeur',
      cause: { code: 'not-taken' },
    });
  });

  test('without anybody who took it there is no winner, and no pin', () => {
    const record = afterAttempts(decide({}, ['oc']), undefined, [failed('oc', 'reset')]);
    expect(record.winner).toBeUndefined();
    expect(record.failover).toBeUndefined();
    expect(record).toMatchObject({ pinned: false, failed: [{ region: 'oc' }] });
    expect(compactDecision(record)).toMatch(/;failed=oc$/);
  });

  test('a pin is one only where the region that was asked for took the client', () => {
    const decision = decide({}, ['oc', 'apac']);
    expect(afterAttempts(decision, 'apac', [failed('oc', 'reset')]).pinned).toBe(true);
    expect(afterAttempts(decision, 'weur', [failed('oc', 'reset')]).pinned).toBe(false);
  });
});

function decide(
  observed: Readonly<Record<string, RegionObservation>> = {},
  preferred: readonly string[] = [],
) {
  const observations = { regions: new Map(Object.entries(observed)) };
  return getOptimalRegion({ cf: { colo: 'LHR' }, preferred }, { plan, observations, now: 0 });
}

function failed(region: string, reason: string) {
  return { region, reason, ms: 7 };
}
