import { expect, test } from 'vitest';
import { judgeCapacity, readCapacity } from './capacity.ts';

const GIB = 1024 ** 3;
const MACHINE = { freeBytes: 4 * GIB, totalBytes: 8 * GIB, files: 10_000 };
const DEMAND = { users: 300, clients: 300, withStack: true };

test('an ordinary run is no matter', () => {
  expect(judgeCapacity(DEMAND, MACHINE)).toEqual([]);
});

test('more memory than is free is told, more than there is is refused', () => {
  const [note] = judgeCapacity({ ...DEMAND, users: 5_000 }, MACHINE);
  expect(note).toBe('k6 needs about 4.9 GiB of memory for 5000 users, and 4.0 GiB are free.');
  expect(() => judgeCapacity({ ...DEMAND, users: 9_000 }, MACHINE)).toThrow('this machine has 8.0 GiB');
});

test('more clients than k6 may open is refused, more than the stack may open is told', () => {
  expect(() => judgeCapacity({ ...DEMAND, clients: 9_990 }, MACHINE)).toThrow(
    '9990 clients need 10054 open files, and this machine allows 10000',
  );
  expect(judgeCapacity({ ...DEMAND, clients: 6_000 }, MACHINE)).toHaveLength(1);
  expect(judgeCapacity({ ...DEMAND, clients: 6_000, withStack: false }, MACHINE)).toEqual([]);
});

test('where the limit of files is not known, nothing is said about it', () => {
  expect(judgeCapacity({ ...DEMAND, clients: 1e6 }, { ...MACHINE, files: null })).toEqual([]);
});

test('this machine has memory, and on Linux a limit of files', async () => {
  const { freeBytes, totalBytes, files } = await readCapacity();
  expect(freeBytes).toBeGreaterThan(0);
  expect(totalBytes).toBeGreaterThan(freeBytes);
  if (process.platform === 'linux') expect(files).toBeGreaterThan(0);
});
