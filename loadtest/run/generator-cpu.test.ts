import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { cpuTimeOf, peakShare, usableCores } from './generator-cpu.ts';

/** One sample a second; in each second so much CPU time was used. */
function samples(...used: readonly number[]): Parameters<typeof peakShare>[0] {
  let total = 500;
  return [0, ...used].map((ms, second) => {
    total += ms;
    return { atMs: 1_000 * second, usedMs: total };
  });
}

test('the peak is that of five seconds, of all cores', () => {
  const run = samples(...Array(10).fill(200), ...Array(5).fill(1_600), ...Array(10).fill(200));
  expect(peakShare(run, 2)).toBeCloseTo(0.8);
});

test('a user is one thread, whatever the machine has', () => {
  expect(usableCores(1, 8)).toBe(1);
  expect(usableCores(300, 8)).toBe(8);
  expect(usableCores(0, 8)).toBe(1);
  // One busy user of a machine with two cores.
  expect(peakShare(samples(...Array(6).fill(960)), usableCores(1, 2))).toBeCloseTo(0.96);
});

test('a peak of a second is no peak', () => {
  expect(peakShare(samples(0, 0, 0, 0, 2_000, 0, 0, 0, 0), 2)).toBeCloseTo(0.2);
});

test('a run of less than five seconds is one window', () => {
  expect(peakShare(samples(1_000, 0), 1)).toBeCloseTo(0.5);
});

test.each([[[]], [samples()]])('without two samples nothing is known', (few) => {
  expect(peakShare(few, 2)).toBeNull();
});

test('ticks that were counted late make no more than all', () => {
  expect(peakShare(samples(3_000), 2)).toBe(1);
});

test.runIf(process.platform === 'linux')('the CPU time of this process is what the system says', async () => {
  const used = process.cpuUsage();
  const ms = cpuTimeOf(await readFile('/proc/self/stat', 'utf8'));
  expect(Math.abs(ms - (used.user + used.system) / 1_000)).toBeLessThan(2_000);
  expect(ms).toBeGreaterThan(0);
});

test('a name with spaces and brackets is not counted as fields', () => {
  const rest = 'S 1 2 3 4 5 6 7 8 9 10 70 30 0 0';
  expect(cpuTimeOf(`42 (a) b (c) ${rest}`)).toBe(1_000);
});
