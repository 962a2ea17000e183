// How much memory and disk a container has. Pure.

import type { RegionConfig } from './config.ts';
import { instanceLimits } from './instance-limits.ts';
import type { INSTANCE_TYPES } from './instance-types.ts';

/** Disk of Cloudflare's named instance types. */
const DISK_MB: Readonly<Record<(typeof INSTANCE_TYPES)[number], number>> = {
  lite: 2_000,
  basic: 4_000,
  'standard-1': 8_000,
  'standard-2': 12_000,
  'standard-3': 16_000,
  'standard-4': 20_000,
};

const BYTES_PER_MIB = 1024 * 1024;
const BYTES_PER_MB = 1_000_000;

/** Memory and disk of a container, in bytes. */
export function containerSize(type: RegionConfig['instanceType']): { memory: number; disk: number } {
  const diskMb = typeof type === 'string' ? DISK_MB[type] : type.diskMb;
  return { memory: instanceLimits(type).memoryMib * BYTES_PER_MIB, disk: diskMb * BYTES_PER_MB };
}
