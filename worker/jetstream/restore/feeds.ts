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
 * The streams of an account, each behind those that it takes messages from; otherwise in the order given. Where streams
 * take messages from each other in a circle, one of them comes too early.
 */
export function feedersFirst(
  streams: readonly { readonly stream: string; readonly feeders: readonly string[] }[],
): readonly string[] {
  const feedersByStream = new Map(streams.map(({ stream, feeders }) => [stream, feeders]));
  const ordered = new Set<string>();
  const begun = new Set<string>();
  const visit = (stream: string) => {
    if (begun.has(stream)) return;
    begun.add(stream);
    for (const feeder of feedersByStream.get(stream) ?? []) visit(feeder);
    if (feedersByStream.has(stream)) ordered.add(stream);
  };
  for (const { stream } of streams) visit(stream);
  return [...ordered];
}
