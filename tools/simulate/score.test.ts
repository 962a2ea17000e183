import { expect, test } from 'vitest';
import { tinySetup } from '../../test/support/data/scenario.ts';
import { choicesOf, scoreOf, worstOf } from './score.ts';

const { clients, regions } = tinySetup();
const allToWest = choicesOf(clients, regions, () => 'wnam');

test('regret is what the chosen region takes longer than the best', () => {
  expect(allToWest.map(({ regretMs }) => regretMs)).toEqual([0, 0, 120, 0, 0]);
  expect(scoreOf(allToWest, clients.length)).toEqual({
    clients: 5,
    refused: 0,
    bestShare: 0.8,
    meanRegretMs: 24,
    p95RegretMs: 120,
    // Four times 1, and 140 / 20.
    meanRatio: (4 + 7) / 5,
    // 10 + 40 + 140 + 72 + 100, over the same with 20 for 140.
    ratioOfMeans: expect.closeTo(362 / 242, 10),
  });
});

test('two regions that are equally good are both the best', () => {
  const even = clients.map((client) => ({
    ...client,
    rttMs: new Map([
      ['wnam', 30],
      ['weur', 30],
    ]),
  }));
  for (const region of ['wnam', 'weur']) {
    expect(
      scoreOf(
        choicesOf(even, regions, () => region),
        5,
      ).bestShare,
    ).toBe(1);
  }
});

test('refused clients are counted, and are not part of the means', () => {
  const choices = choicesOf(clients, regions, ({ id }) => (id === 'paris' ? undefined : 'wnam'));
  expect(scoreOf(choices, clients.length)).toMatchObject({
    clients: 4,
    refused: 1,
    meanRegretMs: 0,
    bestShare: 1,
  });
});

test('scores of nobody are zeros and ones, not NaN', () => {
  expect(Object.values(scoreOf([], 3)).every(Number.isFinite)).toBe(true);
});

test('a round trip of 0 ms has a ratio', () => {
  const here = clients.slice(0, 1).map((client) => ({
    ...client,
    rttMs: new Map([
      ['wnam', 0],
      ['weur', 0.2],
    ]),
  }));
  expect(
    scoreOf(
      choicesOf(here, regions, () => 'weur'),
      1,
    ).meanRatio,
  ).toBe(2);
});

test('the worst come first, and only those that could have done better', () => {
  const allToEast = choicesOf(clients, regions, () => 'weur');
  expect(worstOf(allToEast, 3).map(({ client }) => client.id)).toEqual(['west-coast', 'slow', 'middle']);
  expect(worstOf(allToWest, 10)).toHaveLength(1);
});
