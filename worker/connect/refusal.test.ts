import { describe, expect, test } from 'vitest';
import { getOptimalRegion } from '../../routing/optimal-region.ts';
import { planOf } from '../../test/support/data/checked-in.ts';
import { refusalResponse } from './refusal.ts';

const DECISION = getOptimalRegion(
  { cf: { colo: 'LHR' }, forced: 'mars' },
  { plan: planOf(), observations: { regions: new Map() }, now: 0 },
);

describe('the answer to a client that no region may serve', () => {
  test('is that of the refusal, with what keeps each region from it', async () => {
    const refusal = { name: 'storm', code: 'region_unavailable', message: 'a storm everywhere' } as const;
    const response = refusalResponse({ ...DECISION, refusal }, refusal);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^[1-3]$/);
    expect(response.headers.get('x-nats-decision')).toContain('flags=refused-storm');
    const { error } = (await response.json()) as { error: object };
    expect(error).toMatchObject({
      code: 'region_unavailable',
      message: expect.stringMatching(/^a storm everywhere \(.*weur: the request accepts only mars/),
    });
  });

  test('does not ask for another attempt where none can succeed', () => {
    const refusal = { name: 'law', code: 'residency', message: 'it is forbidden' } as const;
    const response = refusalResponse({ ...DECISION, refusal }, refusal);
    expect(response.status).toBe(451);
    expect(response.headers.has('retry-after')).toBe(false);
  });
});
