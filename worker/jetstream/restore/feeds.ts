// What a stream takes over from other streams of its account, by its configuration, and the order in which streams are
// restored because of it. Pure.

import type { JsonObject } from '../manifest/segment-header.ts';

/** An entry of `sources`, or `mirror`, in part. */
export interface Feed {
  readonly name: string;
  readonly opt_start_seq?: number;
  readonly filter_subject?: string;
  readonly subject_transforms?: readonly { readonly src?: string; readonly dest?: string }[] | null;
  /** Of another account or domain. */
  readonly external?: object | null;
  /** The source's own durable consumer knows how far it is. */
  readonly consumer?: object | null;
}

export function sourcesOf({ sources }: JsonObject): readonly Feed[] {
  return Array.isArray(sources) ? (sources as readonly Feed[]) : [];
}

/** Of its own account. */
export function mirroredBy({ mirror }: JsonObject): Feed | undefined {
  const feed = mirror as Feed | null | undefined;
  return feed === null || feed === undefined || isExternal(feed) ? undefined : feed;
}

export function isExternal({ external }: Feed): boolean {
  return external !== undefined && external !== null;
}

/** Names of the streams of its account that it sources or mirrors. */
export function feedersOf(config: JsonObject): readonly string[] {
  const mirror = mirroredBy(config);
  const sources = sourcesOf(config).filter((source) => !isExternal(source));
  return [...(mirror === undefined ? [] : [mirror]), ...sources].map(({ name }) => name);
}

/**
 * The streams of an account in rounds: each is in a later one than those that it takes messages from. Where streams take
 * messages from each other in a circle, one of them comes too early.
 */
export function feedersFirst<T extends { readonly stream: string }>(
  streams: readonly T[],
  feedersOfStream: (stream: T) => readonly string[],
): readonly (readonly T[])[] {
  const byName = new Map(streams.map((each) => [each.stream, each]));
  const rounds = new Map<string, number>();
  const roundOf = (each: T): number => {
    const known = rounds.get(each.stream);
    if (known !== undefined) return known;
    // Whoever comes back here has gone round in a circle.
    rounds.set(each.stream, 0);
    const feeders = feedersOfStream(each).flatMap((name) => byName.get(name) ?? []);
    const round = Math.max(0, ...feeders.map((feeder) => roundOf(feeder) + 1));
    rounds.set(each.stream, round);
    return round;
  };
  const ordered: T[][] = [];
  for (const each of streams) {
    const round = roundOf(each);
    while (ordered.length <= round) ordered.push([]);
    ordered[round]?.push(each);
  }
  return ordered.filter((each) => each.length > 0);
}
