// How a stream was, over time: from the headers of its segments, folded or not.

import type { Epoch } from './manifest.ts';
import type { ConsumerBackup, JsonObject, Moment, SegmentHeader } from './segment-header.ts';

/** A moment with all that is known of it. */
export interface FullMoment extends Moment {
  readonly config: JsonObject;
  readonly consumers: readonly ConsumerBackup[];
}

/** The moments that a segment tells of: its own, or those of all that were folded into it. */
export function momentsOf(header: SegmentHeader): readonly Moment[] {
  if (header.history !== undefined) return header.history;
  const { index, last, lastTimestamp, extent, config, consumers, writtenAt } = header;
  return [
    {
      index,
      last,
      lastTimestamp,
      extent,
      writtenAt,
      ...(config === undefined ? {} : { config }),
      ...(consumers === undefined ? {} : { consumers }),
    },
  ];
}

/**
 * The moments of an epoch, each with the configuration and the consumers of then.
 *
 * @param headers of all its segments, in their order
 */
export function fullMoments(epoch: Epoch, headers: readonly SegmentHeader[]): FullMoment[] {
  const moments = headers.flatMap(momentsOf);
  // The epoch's own are those of its `nextIndex`: right for a log that is not folded, and the best there is otherwise.
  let config = epoch.config;
  let consumers = epoch.consumers;
  return moments.map((moment) => {
    config = moment.config ?? config;
    consumers = moment.consumers ?? consumers;
    return { ...moment, config, consumers };
  });
}
