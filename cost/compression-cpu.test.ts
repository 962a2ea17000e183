// Two regions, whose thousand messages of 1,000 bytes a second each go to the other one: 2,628 GB are compressed in a month.

import { expect, test } from 'vitest';
import type { MeshCompression } from '../regions/mesh-schema.ts';
import { configOf } from '../test/support/data/checked-in.ts';
import { compressionCpuSeconds } from './compression-cpu.ts';
import { cost } from './cost.ts';
import { resolveTraffic } from './traffic.ts';

const PLAIN = configOf(['weur', 'enam'], {
  weur: { jetstream: false, instanceType: 'standard-4' },
  enam: { jetstream: false, instanceType: 'standard-4' },
});

function cpuOf(compression: MeshCompression, { meshBytesRatio = 1, fanOut = 1_000 } = {}) {
  const config = { ...PLAIN, mesh: { ...PLAIN.mesh, compression } };
  const resolved = resolveTraffic(
    { clients: 1_000, messages: 1_000, size: 940, fanOut, meshBytesRatio },
    config,
  );
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  const lines = cost(config, resolved.traffic).lines.filter(({ driver }) => driver === 'cpu');
  const sum = (of: 'low' | 'mid' | 'high') => lines.reduce((all, { quantity }) => all + quantity[of], 0);
  return { low: sum('low'), mid: sum('mid'), high: sum('high') };
}

test.each([
  ['s2_fast', 2_628e9 * 1.7e-9],
  ['s2_better', 2_628e9 * 2.5e-9],
  ['s2_best', 2_628e9 * 69e-9],
] as const)('%s takes %d vCPU-seconds more', (compression, seconds) => {
  expect(cpuOf(compression).mid - cpuOf('off').mid).toBeCloseTo(seconds, 3);
});

test('how well it compresses changes what is sent, and not the work', () => {
  expect(cpuOf('s2_fast', { meshBytesRatio: 0.4 })).toEqual(cpuOf('s2_fast'));
});

test('s2_auto is the fastest, the middle one or the slowest: it goes by distance', () => {
  const [off, auto] = [cpuOf('off'), cpuOf('s2_auto')];
  // With low all subscribers are at the publisher's server, so nothing crosses. Bytes beside the payload are 60 and 100.
  expect(auto.low).toBe(off.low);
  expect(compressionCpuSeconds('s2_auto', 1e9, { autoCompressionIs: 's2_fast' })).toBeCloseTo(1.7, 10);
  expect(auto.mid - off.mid).toBeCloseTo(2.628 * 1_000 * 2.5, 3);
  // And one subscriber is at the other one.
  const one = { fanOut: 1 };
  expect(cpuOf('s2_auto', one).high - cpuOf('off', one).high).toBeCloseTo(2.628 * 1_040 * 69, 3);
});
