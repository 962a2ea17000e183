// Whether an object of the bucket is the one that its key names: what was put under another key, by whoever has access to
// the bucket, has a header that is as it should be, and the messages of another stream. Pure.

import { epochOf, foldedRangeOf, logIndexOf } from './keys.ts';
import type { Manifest, StreamName } from './manifest.ts';
import type { SegmentHeader } from './segment-header.ts';

/** What a segment is in place of the one of its key; undefined if it is that one. */
export function misplacedSegment(
  key: string,
  { epoch, index, first, last }: Pick<SegmentHeader, 'epoch' | 'index' | 'first' | 'last'>,
): string | undefined {
  const wanted = epochOf(key);
  if (epoch !== wanted) return `segment ${index} belongs to epoch ${epoch}, and is in that of ${wanted}`;
  const place = logIndexOf(key);
  if (place !== undefined && place !== index) return `segment ${index} is in the place of segment ${place}`;
  const range = foldedRangeOf(key);
  if (range === undefined || (range.first === first && range.last === last)) return undefined;
  return `the segment of messages ${first} to ${last} is in the place of that of ${range.first} to ${range.last}`;
}

/** Whose manifest it is in place of the stream's; undefined if it is the stream's. */
export function misplacedManifest(name: StreamName, manifest: Manifest): string | undefined {
  const { cluster, account, stream } = manifest;
  if (cluster === name.cluster && account === name.account && stream === name.stream) return undefined;
  return `the manifest belongs to stream ${stream} of account ${account} in cluster ${cluster}`;
}
