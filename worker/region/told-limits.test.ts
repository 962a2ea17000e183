import { expect, test } from 'vitest';
import { planOf } from '../../test/support/data/checked-in.ts';
import { type LimitsStorage, ToldLimits } from './told-limits.ts';

const [DEPLOYED] = planOf().config.regions;
if (DEPLOYED === undefined) throw new Error('regions.json has no region');
const LIVE = { ...DEPLOYED, limits: { ...DEPLOYED.limits, maxConnections: 7 } };

function storage(): LimitsStorage & { puts: number } {
  let kept: ReturnType<LimitsStorage['get']>;
  return {
    puts: 0,
    get: () => kept,
    put(_key, told) {
      this.puts += 1;
      kept = told;
    },
    delete: () => {
      kept = undefined;
      return true;
    },
  };
}

test('an object that was never told anything goes by what is given', () => {
  expect(new ToldLimits(storage()).newest(DEPLOYED, 0)).toBe(DEPLOYED);
});

test('an object that was reset goes by the version that it was told of, not by the deployed one', () => {
  const kept = storage();
  new ToldLimits(kept).tell(LIVE, 3);
  expect(new ToldLimits(kept).newest(DEPLOYED, 0).limits.maxConnections).toBe(7);
});

test('a version that is as new, or newer, wins over what it was told', () => {
  const limits = new ToldLimits(storage());
  limits.tell(LIVE, 3);
  expect([limits.newest(DEPLOYED, 3), limits.newest(DEPLOYED, 4)]).toEqual([DEPLOYED, DEPLOYED]);
});

test('the deployed version is not kept, and what was kept goes with it', () => {
  const kept = storage();
  const limits = new ToldLimits(kept);
  limits.tell(LIVE, 0);
  expect([kept.puts, limits.newest(DEPLOYED, 0)]).toEqual([0, DEPLOYED]);
  limits.tell(LIVE, 3);
  limits.tell(DEPLOYED, 0);
  expect(limits.newest(DEPLOYED, 0)).toBe(DEPLOYED);
});

test('the same version is written once', () => {
  const kept = storage();
  const limits = new ToldLimits(kept);
  for (let minute = 0; minute < 3; minute++) limits.tell(LIVE, 3);
  expect(kept.puts).toBe(1);
});
