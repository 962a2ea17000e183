// Figures in these tests are of 600 messages, a hundred for each of six regions with a server each; three have JetStream.

import { expect, test } from 'vitest';
import type { Assumptions } from './assumptions.ts';
import { type Crossing, crossings } from './mesh-crossing.ts';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];
const PLACES = new Map(IDS.map((id) => [id, { servers: 1, share: 1 / 6 }]));
const JETSTREAM = ['a', 'b', 'c'];

function sumOf(
  field: keyof Crossing,
  subscribersAre: Assumptions['subscribersAre'],
  change: { fanOut?: number; storedShare?: number; servers?: number; jetstream?: readonly string[] },
): number {
  const { fanOut = 0, storedShare = 1, servers = 1, jetstream = JETSTREAM } = change;
  const places = new Map([...PLACES].map(([id, { share }]) => [id, { share, servers }]));
  const found = crossings(
    { messages: 600, traffic: { fanOut, storedShare }, places, jetstream },
    { subscribersAre },
  );
  return [...found.values()].reduce((sum, each) => sum + each[field], 0);
}

test('what is stored goes to its leader unless it is there, to two replicas, and is acknowledged', () => {
  // 300 are published where no stream is, and all go; of the other 300 two of three.
  expect(sumOf('sent', 'anywhere', {})).toBeCloseTo(2 * 600 + 300 + 200, 9);
  expect(sumOf('got', 'anywhere', {})).toBeCloseTo(1_700, 9);
  expect(sumOf('sentAcks', 'anywhere', {})).toBeCloseTo(500, 9);
  expect(sumOf('gotAcks', 'anywhere', {})).toBeCloseTo(500, 9);
});

test('with the best luck the leader is where the publisher is, with the worst never', () => {
  expect(sumOf('sent', 'near', {})).toBeCloseTo(1_200, 9);
  expect(sumOf('sentAcks', 'near', {})).toBe(0);
  expect(sumOf('sent', 'apart', {})).toBeCloseTo(1_800, 9);
  expect(sumOf('sentAcks', 'apart', {})).toBeCloseTo(600, 9);
});

test('with the worst luck nobody who gets a message is at its leader, as long as there are servers enough', () => {
  // A copy for the one who gets it, one for the leader, two for the replicas; with five of them all others have it anyway.
  expect(sumOf('sent', 'apart', { fanOut: 1 })).toBeCloseTo(600 + 600 + 1_200, 9);
  expect(sumOf('sent', 'apart', { fanOut: 4.5 })).toBeCloseTo(4.5 * 600 + 300 + 1_200, 9);
  expect(sumOf('sent', 'apart', { fanOut: 5 })).toBeCloseTo(5 * 600 + 1_200, 9);
});

test('a message that goes to a subscriber at the leader goes there once', () => {
  // Ten thousand subscribers are everywhere: five copies of each, and none more for the leader.
  expect(sumOf('sent', 'anywhere', { fanOut: 10_000 })).toBeCloseTo(5 * 600 + 1_200, 6);
  expect(sumOf('sentAcks', 'anywhere', { fanOut: 10_000 })).toBeCloseTo(500, 6);
});

test('a publisher at another server of the leader’s region has to cross too', () => {
  // Two servers in each: of the 300 at regions with JetStream a sixth is at the leader's own server.
  expect(sumOf('sentAcks', 'anywhere', { servers: 2 })).toBeCloseTo(300 + 250, 9);
  expect(sumOf('sentInside', 'anywhere', { servers: 2 })).toBeCloseTo(50, 9);
});

test('nothing is stored: no leader, no replicas, no acknowledgements', () => {
  expect(sumOf('sent', 'apart', { storedShare: 0 })).toBe(0);
  expect(sumOf('sentAcks', 'apart', { storedShare: 0 })).toBe(0);
  expect(sumOf('sent', 'apart', { jetstream: [] })).toBe(0);
});
