// What containers cost: Cloudflare's list prices. https://developers.cloudflare.com/containers/pricing/, November 2026. What a
// plan includes is not taken off. Pure.

import type { RegionConfig } from './config.ts';
import { containerSize } from './container-size.ts';

const DOLLARS_PER_GIB_SECOND = 0.000_002_5;
const DOLLARS_PER_GB_SECOND = 0.000_000_07;
const DOLLARS_PER_CPU_SECOND = 0.000_02;

/** Of what a container sends, by where it runs; elsewhere it costs the last. */
const DOLLARS_PER_GB_SENT = { northAmericaAndEurope: 0.025, oceaniaKoreaTaiwan: 0.05, elsewhere: 0.04 };
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
    used.cpuSeconds * DOLLARS_PER_CPU_SECOND +
    (used.memoryByteSeconds / BYTES_PER_GIB) * DOLLARS_PER_GIB_SECOND +
    (used.diskByteSeconds / BYTES_PER_GB) * DOLLARS_PER_GB_SECOND +
    (used.sentBytes / BYTES_PER_GB) * perGbSent(place)
  );
}

function perGbSent({ region, location }: ContainerPlace = { region: '', location: '' }): number {
  const prices = DOLLARS_PER_GB_SENT;
  if (NORTH_AMERICA_AND_EUROPE.test(region.toUpperCase())) return prices.northAmericaAndEurope;
  const isDear = region.toUpperCase() === 'OC' || KOREA_AND_TAIWAN.test(location.toUpperCase());
  return isDear ? prices.oceaniaKoreaTaiwan : prices.elsewhere;
}
