// How many clients a region takes: as many as it is configured for, and no more than its container's memory bears. Pure.

import type { RegionConfig } from './config.ts';
import { instanceLimits } from './instance-limits.ts';

/** nats-server without clients takes 16 MiB; the rest is for routes, subscriptions and garbage. */
const RESERVED_MIB = 64;

/** An idle client takes 40 KiB (docs/performance.md); messages that wait for it take more. */
const KIB_PER_CLIENT = 60;

const KIB_PER_MIB = 1024;

type Sized = Pick<RegionConfig, 'instanceType' | 'limits'>;

/** The number of clients at which a region is full. */
export function clientCapacity({ instanceType, limits }: Sized): number {
  const { memoryMib } = instanceLimits(instanceType);
  const streamsMib = (limits.jetstreamMaxMemoryBytes ?? 0) / (KIB_PER_MIB * KIB_PER_MIB);
  const freeMib = Math.max(0, memoryMib - RESERVED_MIB - streamsMib);
  const byMemory = Math.floor((freeMib * KIB_PER_MIB) / KIB_PER_CLIENT);
  return Math.max(1, Math.min(limits.maxConnections, byMemory));
}
