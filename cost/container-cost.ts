// What containers cost by Cloudflare's list prices. What a plan includes is not taken off. Pure.

import type { RegionConfig } from '../regions/config.ts';
import { containerSize } from '../regions/container-size.ts';
import { atListPrice } from './charge.ts';
import { type ContainerPlace, egressPrice } from './egress-price.ts';
import { HOURS_PER_MONTH } from './month.ts';
import { PRICES } from './prices.ts';

const SECONDS_PER_HOUR = 3_600;
const BYTES_PER_GIB = 1024 ** 3;
const BYTES_PER_GB = 1_000_000_000;

/** Dollars for the memory and the disk of a container, for each hour in which it runs. CPU is charged while it is used. */
export function dollarsPerHour(instanceType: RegionConfig['instanceType']): number {
  const { memory, disk } = containerSize(instanceType);
  const used = { cpuSeconds: 0, memoryByteSeconds: memory, diskByteSeconds: disk, sentBytes: 0 };
  return dollarsOf(used) * SECONDS_PER_HOUR;
}

/** What was used, as Cloudflare counts it. */
export interface ContainerUse {
  readonly cpuSeconds: number;
  readonly memoryByteSeconds: number;
  readonly diskByteSeconds: number;
  readonly sentBytes: number;
}

/** Dollars for what was used there. @param place not needed if nothing was sent */
export function dollarsOf(used: ContainerUse, place?: ContainerPlace): number {
  return (
    atListPrice(PRICES.cpu, used.cpuSeconds) +
    atListPrice(PRICES.memory, used.memoryByteSeconds / BYTES_PER_GIB) +
    atListPrice(PRICES.disk, used.diskByteSeconds / BYTES_PER_GB) +
    atListPrice(PRICES[egressPrice(place)], used.sentBytes / BYTES_PER_GB)
  );
}

/** As `dollarsPerHour`, for a month in which it always runs. */
export function dollarsPerMonth(instanceType: RegionConfig['instanceType']): number {
  return dollarsPerHour(instanceType) * HOURS_PER_MONTH;
}
