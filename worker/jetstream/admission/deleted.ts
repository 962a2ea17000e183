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
  { account, stream }: StreamKey,
  asked: readonly string[] = regions,
): boolean {
  if (!record.isFormed || record.loss !== undefined) return false;
  const isIt = (each: StreamKey) => each.account === account && each.stream === stream;
  if (keptIn(record).some(isIt)) return false;
  const seen = [...sightings.values()].filter((each) => typeof each === 'object');
  if (seen.some(({ streams }) => streams.some(isIt))) return false;
  const witnesses = asked.filter((id) => {
    const sighting = sightings.get(id);
    return record.members[id]?.state === 'full' && typeof sighting === 'object' && sighting.hasLeader;
  });
  return witnesses.length >= quorumOf(regions.length);
}

/** The streams that there are, or that are to be restored. */
export function keptIn({ streams, orphans = [], loss }: AdmissionRecord): readonly KnownStream[] {
  return [...streams, ...orphans, ...(loss?.streams ?? [])];
}
