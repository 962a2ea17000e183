import { expect, test } from 'vitest';
import { parseStat, usageBelow } from './process-usage.ts';

test('a line of /proc/PID/stat is read past a name with spaces and parentheses', () => {
  const line =
    '42 (a (b) c) S 7 42 42 0 -1 4194304 1 0 0 0 150 50 0 0 20 0 11 0 99 1000000 256 18446744073709551615 1 1';
  expect(parseStat(line)).toEqual({
    pid: 42,
    name: 'a (b) c',
    parent: 7,
    cpuMs: 2000,
    residentBytes: 256 * 4096,
  });
});

test.runIf(process.platform === 'linux')('this process is its own engine, and is some size', () => {
  const usage = usageBelow(process.pid);
  expect(usage.engine.residentBytes).toBeGreaterThan(1024 * 1024);
  const until = performance.now() + 3;
  while (performance.now() < until);
  expect(usageBelow(process.pid).engine.cpuMs).toBeGreaterThan(usage.engine.cpuMs);
  expect(usage['nats-server'].residentBytes).toBe(0);
});
