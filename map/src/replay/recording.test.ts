import { expect, test } from 'vitest';
import { arcsOf, refusalsOf } from '../forecast/arcs.ts';
import { gauge, momentAt, rates, regionsAt } from './recording.ts';

const RECORDING = {
  fields: ['clients', 'inMsgs'],
  points: [
    { at: 0, regions: { oc: [5, 100], weur: null } },
    { at: 10_000, regions: { oc: [6, 300], weur: [0, null] } },
    { at: 20_000, regions: { oc: [7, 50] } },
  ],
};
const REGIONS = [{ id: 'oc' }, { id: 'weur' }];

test('a region of which nothing was recorded is unknown, and not empty', () => {
  expect(regionsAt(RECORDING, 0, REGIONS)).toEqual([
    { id: 'oc', state: 'up', clients: 5 },
    { id: 'weur', state: null, clients: null },
  ]);
  expect(regionsAt(RECORDING, 1, REGIONS)[1]).toEqual({ id: 'weur', state: 'asleep', clients: 0 });
  expect(regionsAt(RECORDING, 2, REGIONS)[1]?.clients).toBeNull();
});

test('series have gaps where nothing is known, and where a counter began again', () => {
  expect(gauge(RECORDING, 'clients', ['oc', 'weur']).lines.get('weur')).toEqual([null, 0, null]);
  expect(rates(RECORDING, 'inMsgs', ['oc']).lines.get('oc')).toEqual([null, 20, null]);
  expect(gauge(RECORDING, 'clients', ['oc']).seconds).toEqual([0, 10, 20]);
});

test('the moment nearest to a time is found', () => {
  expect([-5, 4_000, 6_000, 99_999].map((at) => momentAt(RECORDING, at))).toEqual([0, 0, 1, 2]);
});

const move = (from: string | null, to: string | null, share: number) => ({
  from,
  to,
  share,
  countries: [],
  colos: [],
});

test('moves of a forecast are arcs, the largest first and widest; those who are refused are on none', () => {
  const moves = [
    move('oc', 'apac', 0.01),
    move('weur', 'eeur', 0.2),
    move('weur', null, 0.3),
    move(null, 'oc', 0.1),
  ];
  const arcs = arcsOf({ moves });
  expect(arcs.map(({ from, to }) => `${from} ${to}`)).toEqual(['weur eeur', 'oc apac']);
  expect(arcs[0]?.width).toBe(12);
  expect(arcs[1]?.width).toBeLessThan(5);
  expect([...refusalsOf({ moves })]).toEqual([['weur', 0.3]]);
  expect(arcsOf({ moves: [] })).toEqual([]);
});
