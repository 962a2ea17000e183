// What a container costs while it runs. CPU is charged only while it is used, and is not in it; neither is what a plan
// includes.

import type { RegionConfig } from './config.ts';
import { containerSize } from './container-size.ts';
import { CONTAINER_PRICES } from './list-prices.ts';

const SECONDS_PER_HOUR = 3_600;
const BYTES_PER_GIB = 1024 ** 3;
const BYTES_PER_GB = 1_000_000_000;

/** Dollars for the memory and the disk of a container, for each hour in which it runs. */
export function dollarsPerHour(instanceType: RegionConfig['instanceType']): number {
  const { memory, disk } = containerSize(instanceType);
  const perSecond =
    (memory / BYTES_PER_GIB) * CONTAINER_PRICES.perGibSecondOfMemory +
    (disk / BYTES_PER_GB) * CONTAINER_PRICES.perGbSecondOfDisk;
  return perSecond * SECONDS_PER_HOUR;
}

/** A month of this many hours, as clouds count. */
const HOURS_PER_MONTH = 730;

/** The same for a month in which it always runs. */
export function dollarsPerMonth(instanceType: RegionConfig['instanceType']): number {
  return dollarsPerHour(instanceType) * HOURS_PER_MONTH;
}
