import { expect, test } from 'vitest';
import { accessOf } from './access.ts';
import { HUBS } from './hubs.ts';

function codesOf(latitude: number, longitude: number): (string | undefined)[] {
  return accessOf({ latitude, longitude }).hubs.map(({ index }) => HUBS[index]?.code);
}

test('a place uses the nearest hubs, nearest first', () => {
  expect(codesOf(50.85, 4.35)).toEqual(['AMS', 'PAR', 'LON']);
});

test('it uses none of another area, however near: Lahore enters at Karachi, not at Delhi', () => {
  expect(codesOf(31.55, 74.34)).toEqual(['LHE', 'KHI']);
});

test('it uses a stub only as its nearest: Doha and not Bahrain', () => {
  expect(codesOf(25.29, 51.53)).toEqual(['DOH', 'DXB', 'RUH']);
});

test('it is no way from its hub when it stands there', () => {
  const [nearest] = accessOf({ latitude: 51.5, longitude: -0.1 }).hubs;
  expect(nearest?.km).toBe(0);
});
