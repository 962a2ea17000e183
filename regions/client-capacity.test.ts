import { expect, test } from 'vitest';
import { clientCapacity } from './client-capacity.ts';
import { INSTANCE_TYPES } from './instance-types.ts';

const limits = {
  maxConnections: 1_000_000,
  maxPayloadBytes: 1,
  maxUnauthenticatedPerAddress: 1,
  maxUnauthenticated: 1,
};

test('what is configured counts where the memory bears it', () => {
  const few = { ...limits, maxConnections: 10 };
  expect(INSTANCE_TYPES.map((instanceType) => clientCapacity({ instanceType, limits: few }))).toEqual(
    INSTANCE_TYPES.map(() => 10),
  );
});

test.each([
  ['lite', 3_276],
  ['basic', 16_384],
  ['standard-1', 68_812],
  [{ vcpu: 1, memoryMib: 3072, diskMb: 1 }, 51_336],
] as const)('the memory of %j bears %i clients', (instanceType, clients) => {
  expect(clientCapacity({ instanceType, limits })).toBe(clients);
});

test('what JetStream may take is not left for clients', () => {
  const streams = { ...limits, jetstreamMaxMemoryBytes: 512 * 1024 * 1024 };
  expect(clientCapacity({ instanceType: 'basic', limits: streams })).toBe(7_645);
  const all = { ...limits, jetstreamMaxMemoryBytes: 1024 ** 4 };
  expect(clientCapacity({ instanceType: 'lite', limits: all })).toBe(1);
});
