// What the contract suite runs against: a deployment, named by MERIDIAN_URL, or else one local stack for the
// whole suite, which global-setup.ts starts.

import { describe, inject } from 'vitest';
import { FORCE_REGION_HEADER } from '../../api/headers.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { type Client, connectFrom } from './client.ts';
import { defaultConfig } from './data/checked-in.ts';
import { cityOf, isCityRegion, PLACES, type Place } from './data/places.ts';
import { clearlyNearest, expectedRegion } from './expected-region.ts';
import type { TargetRegion } from './target-regions.ts';

export interface Target {
  /** Without a slash at its end. */
  readonly url: string;
  /** Region -> base address of its server's monitoring; undefined for a deployment, which shows it to nobody. */
  readonly monitors: Readonly<Record<string, string>> | undefined;
  /** Of the local stack only: the suite does not get a deployment's. */
  readonly adminToken: string | undefined;
  /** With which a deployment tells its regions, if it tells them to readers alone. */
  readonly readToken?: string | undefined;
  readonly regions: readonly TargetRegion[];
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly target: Target;
  }
}

export const target: Target = inject('target');

/** Whether it is a stack of this machine, of which everything is known. */
export const isLocal = target.monitors !== undefined;

/** `describe` for what a deployment does not let a client do; there, a line says what is left out. */
export function describeLocally(needs: string, name: string, tests: () => void): void {
  if (!isLocal) console.warn(`left out against ${target.url}, because it ${needs}: ${name}`);
  describe.runIf(isLocal)(name, tests);
}

const own = target.regions.filter(({ isExternal }) => !isExternal);

/** The regions of ours, whether they take clients or not. */
export const OWN_REGIONS: readonly string[] = own.map(({ id }) => id);

/** Those of ours that take clients, in their order. */
export const REGIONS: readonly string[] = own.filter(({ serves }) => serves).map(({ id }) => id);

/** Every two different ones of them, in both orders. */
export const PAIRS: readonly (readonly [from: string, to: string])[] = REGIONS.flatMap((from) =>
  REGIONS.filter((to) => to !== from).map((to) => [from, to] as const),
);

/** Those that take part in JetStream. */
export const JETSTREAM_REGIONS: readonly string[] = own
  .filter(({ jetstream }) => jetstream)
  .map(({ id }) => id);

/** How many replicas a stream has here: three, where as many regions take part; 0 where none does. */
export const STREAM_REPLICAS = JETSTREAM_REGIONS.length >= 3 ? 3 : Math.min(1, JETSTREAM_REGIONS.length);

/** A region of ours that takes clients, by its number: as many different ones as there are, those outside of JetStream first. */
export function someRegion(number: number): string {
  const byUse = REGIONS.toSorted((a, b) => rank(a) - rank(b));
  const found = byUse[number % byUse.length];
  if (found === undefined) throw new Error(`${target.url} has no region that takes clients`);
  return found;
}

function rank(id: string): number {
  return JETSTREAM_REGIONS.includes(id) ? 1 : 0;
}

/** The cities for which it can be told, without a model, which of the target's regions is theirs. */
export const TARGET_PLACES: readonly Place[] = PLACES.flatMap((place) => {
  const region = expectedRegion(place, serving(), defaultConfig().regions);
  return region === undefined ? [] : [{ ...place, region }];
});

/** The region that a client there should get, or undefined if that is for the model of latency to say. */
export function regionAt(latitude: number, longitude: number): string | undefined {
  return clearlyNearest({ latitude, longitude }, serving())?.id;
}

/** A region whose server's monitoring can be read, where any can: the last one. */
export const MONITORED: string = Object.keys(target.monitors ?? {}).at(-1) ?? someRegion(0);

function serving(): readonly TargetRegion[] {
  return target.regions.filter(({ serves }) => serves);
}

/** Where a client of this region is: in one of its cities, or where the region itself is. */
export function placeIn(region: string): Place {
  const city = isCityRegion(region) ? cityOf(region) : undefined;
  if (
    city !== undefined &&
    TARGET_PLACES.some((place) => place.colo === city.colo && place.region === region)
  )
    return city;
  const found = target.regions.find(({ id }) => id === region);
  if (found === undefined) throw new Error(`${target.url} has no region ${region}`);
  const { latitude, longitude } = found;
  return { city: region, colo: '', country: '', latitude, longitude, region };
}

/** A client of this region: locally it pretends to be there, elsewhere it forces the region. */
export function clientIn(region: string): Promise<Client> {
  if (isLocal) return connectFrom(target.url, placeIn(region));
  return connectFrom(target.url, undefined, { headers: { [FORCE_REGION_HEADER]: region } });
}

/** The region of ours whose server a client is connected to: one of several servers of it, perhaps. */
export function regionOf({ nats }: Client): string | undefined {
  const name = nats.info?.server_name ?? '';
  const byLength = OWN_REGIONS.toSorted((a, b) => b.length - a.length);
  return byLength.find(
    (id) => name === instanceNameOf(id) || /^-\d+$/.test(afterPrefix(name, instanceNameOf(id))),
  );
}

function afterPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : '';
}

/** The monitoring of a region's server. */
export function monitorUrl(region: string): string {
  const url = target.monitors?.[region];
  if (url === undefined) throw new Error(`the monitoring of ${region} is reached on the local stack only`);
  return url;
}
