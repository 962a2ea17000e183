// What Cloudflare's instance types let a container use. Pure.

import type { RegionConfig } from './config.ts';
import type { INSTANCE_TYPES } from './instance-types.ts';

export interface InstanceLimits {
  readonly vcpu: number;
  readonly memoryMib: number;
}

/** https://developers.cloudflare.com/containers/platform-details/limits/ */
const NAMED: Readonly<Record<(typeof INSTANCE_TYPES)[number], InstanceLimits>> = {
  lite: { vcpu: 1 / 16, memoryMib: 256 },
  basic: { vcpu: 1 / 4, memoryMib: 1024 },
  'standard-1': { vcpu: 1 / 2, memoryMib: 4096 },
  'standard-2': { vcpu: 1, memoryMib: 6144 },
  'standard-3': { vcpu: 2, memoryMib: 8192 },
  'standard-4': { vcpu: 4, memoryMib: 12_288 },
};

/** A named type's, or those that a custom one names itself. */
export function instanceLimits(type: RegionConfig['instanceType']): InstanceLimits {
  return typeof type === 'string' ? NAMED[type] : type;
}
