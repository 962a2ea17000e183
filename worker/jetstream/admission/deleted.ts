// Which streams were deleted. That a server does not have a stream says little: its disk may be empty, or the group may have
// lost what it knew. So a stream counts as deleted only if a majority of all JetStream servers has held everything without a
// break, from a look that found the stream to one at which none has it: they can only have been told to delete it. Pure.

import { quorumOf } from './admission.ts';
import type { AdmissionRecord, KnownStream, Sighting } from './record.ts';

type StreamKey = Pick<KnownStream, 'account' | 'stream'>;

/**
 * The streams that were deleted between two looks.
 *
 * @param before the record that the look began with, and `after` the one that it led to
 * @param sightings what the look saw
 * @param regions all that take part in JetStream
 */
export function deletedBetween(
  before: AdmissionRecord,
  after: AdmissionRecord,
  sightings: ReadonlyMap<string, Sighting>,
  regions: readonly string[],
): readonly KnownStream[] {
  if (!before.isFormed || before.loss !== undefined) return [];
  const steady = regions.filter((id) => {
    const [was, is] = [before.members[id], after.members[id]];
    return was?.state === 'full' && was.since === is?.since;
  });
  return before.streams.filter((stream) => isMissing(after, sightings, regions, stream, steady));
}

/**
 * Whether no server has a stream, by what a majority of those that hold everything says now.
 *
 * @param asked regions whose word counts; all without
 */
export function isMissing(
  record: AdmissionRecord,
  sightings: ReadonlyMap<string, Sighting>,
  regions: readonly string[],
  stream: StreamKey,
  asked: readonly string[] = regions,
): boolean {
  return whyNotMissing({ record, sightings, regions, asked }, stream) === undefined;
}

/** What is known of the servers. */
interface Seen {
  readonly record: AdmissionRecord;
  readonly sightings: ReadonlyMap<string, Sighting>;
  /** All that take part in JetStream. */
  readonly regions: readonly string[];
  /** Regions whose word counts; all without. */
  readonly asked?: readonly string[];
}

/** Why a stream can't be taken for gone; undefined if it is. */
export function whyNotMissing(
  { record, sightings, regions, asked = regions }: Seen,
  { account, stream }: StreamKey,
): string | undefined {
  if (record.loss !== undefined) return 'streams were lost with their servers, and come back from backups';
  const isIt = (each: StreamKey) => each.account === account && each.stream === stream;
  if ((record.orphans ?? []).some(isIt)) return 'the stream was lost with its servers, and is to come back';
  const seen = [...sightings.values()].filter((each) => typeof each === 'object');
  if (keptIn(record).some(isIt) || seen.some(({ streams }) => streams.some(isIt))) return 'the stream exists';
  if (regions.length === 0) return 'whether the stream exists is unknown: no region takes part in JetStream';
  if (!record.isFormed) return 'whether the stream exists is unknown: JetStream has no leader yet';
  const witnesses = asked.filter((id) => {
    const sighting = sightings.get(id);
    return record.members[id]?.state === 'full' && typeof sighting === 'object' && sighting.hasLeader;
  });
  const needed = quorumOf(regions.length);
  if (witnesses.length >= needed) return undefined;
  return `whether the stream exists is unknown: ${witnesses.length} of ${regions.length} JetStream servers hold everything and answer, and ${needed} are needed`;
}

/** The streams that there are, or that are to be restored. */
export function keptIn({ streams, orphans = [], loss }: AdmissionRecord): readonly KnownStream[] {
  return [...streams, ...orphans, ...(loss?.streams ?? [])];
}
