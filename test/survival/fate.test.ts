import { expect, test } from 'vitest';
import { fateOf } from './fate.ts';
import type { Life } from './observed.ts';

/** A server that holds what the readings say, one a second. */
function life(begunAt: number, lastSeqs: readonly number[], more: Partial<Life> = {}): Life {
  const readings = lastSeqs.map((lastSeq, index) => ({ at: begunAt + index * 1_000, lastSeq }));
  return { region: 'weur', begunAt, readings, ...more };
}

test('what a living server holds is held for ever', () => {
  expect(fateOf([life(0, [0, 7, 9])], 7, 500)).toEqual({ until: Number.POSITIVE_INFINITY });
});

test('what ends with the last server that holds it ends as that server did', () => {
  const lives = [
    life(0, [7, 7], { endedAt: 1_500, blow: 'killed', struckAt: 1_400 }),
    life(0, [7, 7, 7], { endedAt: 2_500, blow: 'hung', struckAt: 2_000 }),
  ];
  expect(fateOf(lives, 7, 0)).toEqual({ until: 2_500, ending: 'hung' });
});

test('a server that has caught up before the other ended holds it on', () => {
  const lives = [life(0, [7], { endedAt: 5_000, blow: 'killed' }), life(3_000, [0, 7])];
  expect(fateOf(lives, 7, 0)?.until).toBe(Number.POSITIVE_INFINITY);
});

test('a server that has it only after the last one ended got another message, or a backup', () => {
  const lives = [life(0, [7], { endedAt: 3_500, blow: 'killed' }), life(3_000, [0, 7])];
  expect(fateOf(lives, 7, 0)).toEqual({ until: 3_500, ending: 'killed' });
});

test('a living server that no longer has it was outvoted', () => {
  expect(fateOf([life(0, [7, 7, 0, 9])], 7, 0)).toEqual({ until: 2_000, ending: 'forgotten' });
});

test.each(['terminated', 'drained'] as const)(
  'a server that is %s closes its streams before it ends, which is no forgetting',
  (blow) => {
    const lives = [life(0, [7, 0], { endedAt: 4_000, blow, struckAt: 500 })];
    expect(fateOf(lives, 7, 0)).toEqual({ until: 4_000, ending: blow });
  },
);

test('a server that was killed cannot forget in between: that it did was before, or something else', () => {
  const lives = [life(0, [7, 0], { endedAt: 4_000, blow: 'killed', struckAt: 500 })];
  expect(fateOf(lives, 7, 0)).toEqual({ until: 1_000, ending: 'forgotten' });
});

test('a server that ended by itself is told so', () => {
  expect(fateOf([life(0, [7], { endedAt: 900 })], 7, 0)).toEqual({ until: 900, ending: 'ended' });
});

test('what was never seen has no fate; readings of a time before it was stored say nothing', () => {
  expect(fateOf([life(0, [3, 4])], 7, 0)).toBeUndefined();
  expect(fateOf([life(0, [9], { endedAt: 900 })], 7, 500)).toBeUndefined();
});
