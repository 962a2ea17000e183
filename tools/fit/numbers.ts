// The numbers of a model, and the initial values of a fit: links as in links.ts, slopes as stated here. Pure.

import { distanceKm } from '../../routing/distance.ts';
import { buildBackbone, type Link, parseLink } from '../../routing/latency/backbone.ts';
import { HUBS } from '../../routing/latency/hubs.ts';
import { FIBRE_MS_PER_1000_KM, type LatencyModel } from '../../routing/latency/model.ts';
import { LINK_GROUPS } from './links.ts';

/** All that a fit may change, and what it must not. */
export interface Numbers {
  readonly links: readonly NamedLink[];
  /** ms of RTT per 1,000 km between a place and its hubs, by area. */
  readonly slopes: ReadonlyMap<string, number>;
  /** Both ends of a way together: the last mile and the host. */
  readonly endMs: number;
}

/** A link `A-B`. */
export interface NamedLink extends Link {
  readonly name: string;
  /** Its RTT is stated and isn't fitted. */
  readonly stated: boolean;
  /** Light in straight fibre. */
  readonly leastMs: number;
}

/** Slopes of areas with a dense network. Straight fibre is 10. */
const DENSE_SLOPES: Readonly<Record<string, number>> = {
  'us-canada': 16,
  europe: 18,
  russia: 18,
  'east-asia': 17,
  oceania: 16,
};
/** And of those with a sparse one. */
const SPARSE_SLOPE = 22;

export const START: Numbers = {
  links: LINK_GROUPS.flatMap(({ inflation, links }) =>
    links.split(' ').map((text) => namedLink(text, inflation)),
  ),
  slopes: new Map(HUBS.map(({ area }) => [area, DENSE_SLOPES[area] ?? SPARSE_SLOPE])),
  endMs: 3,
};

export function modelOf({ links, slopes, endMs }: Numbers): LatencyModel {
  return { backbone: buildBackbone(links), accessMsPer1000Km: slopes, endMs };
}

/** Reads `A-B` or `A-B=ms`: see links.ts. */
function namedLink(text: string, inflation: number): NamedLink {
  const [name = '', stated] = text.split('=');
  const { a, b } = parseLink(name);
  const leastMs = (kmBetween(a, b) * FIBRE_MS_PER_1000_KM) / 1000;
  const ms = stated === undefined ? leastMs * inflation : Number(stated);
  return { name, a, b, leastMs, ms, stated: stated !== undefined };
}

function kmBetween(a: number, b: number): number {
  const [from, to] = [HUBS[a], HUBS[b]];
  if (from === undefined || to === undefined) throw new RangeError(`no hub at ${a} or ${b}`);
  return distanceKm(from, to);
}
