// What a region's container bears: how large it is, and how many clients it takes, which are as many as it is configured
// for and no more than fit its memory. Pure.

import type { RegionConfig } from './config.ts';
import type { INSTANCE_TYPES } from './schema.ts';

/** Memory of Cloudflare's named instance types. */
const MEMORY_MIB: Readonly<Record<(typeof INSTANCE_TYPES)[number], number>> = {
  lite: 256,
  basic: 1024,
  'standard-1': 4096,
  'standard-2': 6144,
  'standard-3': 8192,
  'standard-4': 12_288,
};

/** nats-server without clients takes 16 MiB; the rest is for routes, subscriptions and garbage. */
const RESERVED_MIB = 64;

/** An idle client takes 40 KiB (docs/performance.md); messages that wait for it take more. */
const KIB_PER_CLIENT = 60;

const KIB_PER_MIB = 1024;

/** Disk of Cloudflare's named instance types. */
const DISK_MB: Readonly<Record<(typeof INSTANCE_TYPES)[number], number>> = {
  lite: 2_000,
  basic: 4_000,
  'standard-1': 8_000,
  'standard-2': 12_000,
  'standard-3': 16_000,
  'standard-4': 20_000,
};

/** Memory and disk of a container, in bytes. */
export function containerSize(instanceType: RegionConfig['instanceType']): { memory: number; disk: number } {
  const { memoryMib, diskMb } =
    typeof instanceType === 'string'
      ? { memoryMib: MEMORY_MIB[instanceType], diskMb: DISK_MB[instanceType] }
      : instanceType;
  return { memory: memoryMib * KIB_PER_MIB * KIB_PER_MIB, disk: diskMb * 1_000_000 };
}

type Sized = Pick<RegionConfig, 'instanceType' | 'limits'>;

/** The number of clients at which a region is full. */
export function clientCapacity({ instanceType, limits }: Sized): number {
  const memoryMib = containerSize(instanceType).memory / (KIB_PER_MIB * KIB_PER_MIB);
  const streamsMib = (limits.jetstreamMaxMemoryBytes ?? 0) / (KIB_PER_MIB * KIB_PER_MIB);
  const freeMib = Math.max(0, memoryMib - RESERVED_MIB - streamsMib);
  const byMemory = Math.floor((freeMib * KIB_PER_MIB) / KIB_PER_CLIENT);
  return Math.max(1, Math.min(limits.maxConnections, byMemory));
}
