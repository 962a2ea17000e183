// What a container costs while it runs. https://developers.cloudflare.com/containers/pricing/, November 2026. CPU is
// charged only while it is used, and is not in it; neither is what a plan includes.

import type { RegionConfig } from './config.ts';
import { containerSize } from './container-size.ts';

const DOLLARS_PER_GIB_SECOND = 0.000_002_5;
const DOLLARS_PER_GB_SECOND = 0.000_000_07;

const SECONDS_PER_HOUR = 3_600;
const BYTES_PER_GIB = 1024 ** 3;
const BYTES_PER_GB = 1_000_000_000;

/** Dollars for the memory and the disk of a container, for each hour in which it runs. */
export function dollarsPerHour(instanceType: RegionConfig['instanceType']): number {
  const { memory, disk } = containerSize(instanceType);
  const perSecond =
    (memory / BYTES_PER_GIB) * DOLLARS_PER_GIB_SECOND + (disk / BYTES_PER_GB) * DOLLARS_PER_GB_SECOND;
  return perSecond * SECONDS_PER_HOUR;
}
