// Rules on one region's container that relate two values or need a unit to be parsed.
// Cloudflare's rules for custom instance types: https://developers.cloudflare.com/containers/platform/limits/

import { containerSize } from '../container-size.ts';
import type { Problem } from '../problems.ts';
import type { ConfigDraft, RegionDraft } from './draft.ts';
import { checkSleepAfter } from './sleep-after.ts';

const LEAST_MEMORY_PER_VCPU_MIB = 3 * 1024;
const MOST_DISK_PER_MEMORY_MB_PER_MIB = 2000 / 1024;

/** Reports disproportionate custom instance types, limits that don't fit, and `sleepAfter` out of range. */
export function checkInstance({ regions }: ConfigDraft): Problem[] {
  return regions.flatMap((region, index) => [
    ...checkInstanceType(region.instanceType, `regions[${index}].instanceType`),
    ...checkLimits(region, `regions[${index}].limits`),
    ...checkStorage(region, `regions[${index}].limits`),
    ...checkSleepAfter(region.sleepAfter, `regions[${index}].sleepAfter`),
  ]);
}

function checkInstanceType(instance: RegionDraft['instanceType'], path: string): Problem[] {
  if (typeof instance !== 'object') return [];
  const problems: Problem[] = [];
  const { vcpu, memoryMib, diskMb } = instance;
  const leastMib = Math.ceil(vcpu * LEAST_MEMORY_PER_VCPU_MIB);
  if (memoryMib < leastMib) {
    problems.push({ code: 'instance-memory-low', path: `${path}.memoryMib`, vcpu, memoryMib, leastMib });
  }
  const mostMb = Math.floor(memoryMib * MOST_DISK_PER_MEMORY_MB_PER_MIB);
  if (diskMb > mostMb) {
    problems.push({ code: 'instance-disk-high', path: `${path}.diskMb`, memoryMib, diskMb, mostMb });
  }
  return problems;
}

/** The soft limit is of the whole region, the hard one of each of its servers. */
function checkLimits({ limits, members }: RegionDraft, path: string): Problem[] {
  if (limits?.softConnections === undefined) return [];
  const soft = limits.softConnections;
  const hard = limits.maxConnections * (members?.max ?? 1);
  if (soft < hard) return [];
  return [{ code: 'soft-limit-high', path: `${path}.softConnections`, soft, hard }];
}

function checkStorage({ instanceType, limits }: RegionDraft, path: string): Problem[] {
  if (instanceType === undefined || limits === undefined) return [];
  const { memory, disk } = containerSize(instanceType);
  return [
    ...checkFits(limits.jetstreamMaxMemoryBytes, `${path}.jetstreamMaxMemoryBytes`, memory, 'memory'),
    ...checkFits(limits.jetstreamMaxStoreBytes, `${path}.jetstreamMaxStoreBytes`, disk, 'disk'),
  ];
}

function checkFits(bytes = 0, path: string, most: number, what: 'memory' | 'disk'): Problem[] {
  return bytes > most ? [{ code: 'limit-beyond-container', path, bytes, most, what }] : [];
}
