// What containers cost by Cloudflare's list prices. What a plan includes is not taken off. Pure.

import type { RegionConfig } from './config.ts';
import { containerSize } from './container-size.ts';
import { CONTAINER_PRICES } from './list-prices.ts';

const NORTH_AMERICA_AND_EUROPE = /^(?:ENAM|WNAM|WEUR|EEUR)$/;
const KOREA_AND_TAIWAN = /^(?:ICN|TPE|KHH)/;

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

/** Where a container ran, in Cloudflare's names: `WEUR`, `AMS07`. */
export interface ContainerPlace {
  readonly region: string;
  readonly location: string;
}

/** Dollars for what was used there. @param place not needed if nothing was sent */
export function dollarsOf(used: ContainerUse, place?: ContainerPlace): number {
  return (
    used.cpuSeconds * CONTAINER_PRICES.perCpuSecond +
    (used.memoryByteSeconds / BYTES_PER_GIB) * CONTAINER_PRICES.perGibSecondOfMemory +
    (used.diskByteSeconds / BYTES_PER_GB) * CONTAINER_PRICES.perGbSecondOfDisk +
    (used.sentBytes / BYTES_PER_GB) * perGbSent(place)
  );
}

function perGbSent({ region, location }: ContainerPlace = { region: '', location: '' }): number {
  const prices = CONTAINER_PRICES.perGbSent;
  if (NORTH_AMERICA_AND_EUROPE.test(region.toUpperCase())) return prices.northAmericaAndEurope;
  const isDear = region.toUpperCase() === 'OC' || KOREA_AND_TAIWAN.test(location.toUpperCase());
  return isDear ? prices.oceaniaKoreaTaiwan : prices.elsewhere;
}

/** A month of this many hours, as clouds count. */
const HOURS_PER_MONTH = 730;

/** As `dollarsPerHour`, for a month in which it always runs. */
export function dollarsPerMonth(instanceType: RegionConfig['instanceType']): number {
  return dollarsPerHour(instanceType) * HOURS_PER_MONTH;
}
