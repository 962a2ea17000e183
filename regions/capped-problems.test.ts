import fc from 'fast-check';
import { expect, test } from 'vitest';
import { capProblems, MOST_PROBLEMS, MOST_TEXT_CHARS } from './capped-problems.ts';
import { describeProblem, type Problem } from './problems.ts';
import { validateConfig } from './validate.ts';

const missing = (count: number): Problem[] =>
  Array.from({ length: count }, (_, index) => ({ code: 'missing-field', path: `regions[${index}].id` }));

test.each([0, 1, MOST_PROBLEMS])('%i problems are all told', (count) => {
  expect(capProblems(missing(count))).toEqual(missing(count));
});

test('of one more than that, the last one is counted only', () => {
  const told = capProblems(missing(MOST_PROBLEMS + 1));
  expect(told.slice(0, -1)).toEqual(missing(MOST_PROBLEMS));
  expect(told.at(-1)).toEqual({ code: 'more-problems', path: '', count: 1 });
  expect(describeProblem(told.at(-1) as Problem)).toBe('and 1 more.');
});

test('long ones are fewer, and the first is told however long it is', () => {
  const long = (chars: number): Problem => ({ code: 'missing-field', path: 'x'.repeat(chars) });
  const told = capProblems(Array.from({ length: 50 }, () => long(5_000)));
  expect(told.map(describeProblem).join(' ').length).toBeLessThan(MOST_TEXT_CHARS + 100);
  expect(told.at(-1)).toMatchObject({ code: 'more-problems', count: 50 - (told.length - 1) });
  expect(capProblems([long(MOST_TEXT_CHARS * 2), long(1)])).toHaveLength(2);
});

const nested = (open: string, close: string) => JSON.parse(open.repeat(30_000) + close.repeat(30_000));

/** Each as large as the body of an edit may be. */
const NONSENSE: Readonly<Record<string, unknown>> = {
  'a list of zeros': { regions: Array.from({ length: 120_000 }, () => 0) },
  'a list of empty regions': { regions: Array.from({ length: 80_000 }, () => ({})) },
  'a thousand empty regions': { regions: Array.from({ length: 1_000 }, () => ({})) },
  'unknown keys': Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, 1])),
  'almost known keys': {
    regions: Array.from({ length: 900 }, (_, region) => ({
      id: 'x',
      ...Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`weight${index}${region}`, 1])),
    })),
  },
  'one long key': { ['k'.repeat(250_000)]: 1 },
  'one long option': { regions: [{ hint: 'x'.repeat(250_000) }] },
  'one long id': { defaultRegion: 'x'.repeat(250_000), regions: [{ id: 'weur', hint: 'weur' }] },
  'nested lists': nested('[', ']'),
  'nested lists for a region': { regions: nested('[', ']') },
  'nested lists for limits': { regions: [{ limits: nested('[', ']'), residency: nested('[', ']') }] },
};

test.each(Object.entries(NONSENSE))('%s: the answer is shorter than the question', (_what, input) => {
  const result = validateConfig(input);
  expect(result.ok).toBe(false);
  const text = JSON.stringify(result) + (result.ok ? '' : result.problems.map(describeProblem).join(' '));
  expect(text.length).toBeLessThan(64 * 1024);
});

test('no nonsense has more problems than are told', () => {
  fc.assert(
    fc.property(fc.array(fc.anything(), { maxLength: 200 }), (regions) => {
      const result = validateConfig({ regions });
      expect(result.ok ? [] : result.problems).toSatisfy(
        (told: unknown[]) => told.length <= MOST_PROBLEMS + 1,
      );
      expect(result.warnings.length).toBeLessThanOrEqual(MOST_PROBLEMS + 1);
    }),
  );
});
