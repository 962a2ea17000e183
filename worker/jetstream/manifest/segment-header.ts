// What a segment says about itself, and about its stream when it was written. Each is one object in the bucket and
// never changes; one after the other, by their index, they are the log of a stream's backup.

/** Ranges of sequences, both ends included, in ascending order, without overlaps. */
export type SequenceRanges = readonly (readonly [first: number, last: number])[];

/** The JSON of a stream's or a consumer's configuration, as nats-server gives it. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Which messages a stream has: all from the first to the last, but for those deleted in between. */
export interface Extent {
  readonly firstSeq: number;
  /** 0 if there never was a message; `firstSeq - 1` if none is left. */
  readonly lastSeq: number;
  readonly deleted: SequenceRanges;
}

/** How far a consumer had come. */
export interface ConsumerBackup {
  readonly name: string;
  readonly config: JsonObject;
  readonly delivered: SequencePair;
  readonly ackFloor: SequencePair;
}

export interface SequencePair {
  readonly consumer: number;
  readonly stream: number;
}

/** The first chunk of a segment; nats-server skips it. */
export interface SegmentHeader {
  readonly format: 1;
  /** The epoch that it belongs to. */
  readonly epoch: string;
  /** Its place in the log of the epoch, from 0 on. */
  readonly index: number;
  /** Sequences of the first and the last message in it; 0 and 0 if there is none. */
  readonly first: number;
  readonly last: number;
  readonly messages: number;
  /** Of the messages: subject, headers and body. */
  readonly bytes: number;
  /** When the first and the last message were stored, ms since the epoch; 0 if there is none. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** When the last message was stored, in ns since the epoch: it tells a message from another of the same sequence. */
  readonly lastTimestamp: string;
  /** Of the stream, when this was written. */
  readonly extent: Extent;
  /** Absent: as in the segment before. */
  readonly config?: JsonObject;
  readonly consumers?: readonly ConsumerBackup[];
  /** The region that wrote it. */
  readonly writer: string;
  /** ms since the epoch. */
  readonly writtenAt: number;
  /**
   * Of a folded segment: how the stream was at each of those that it consists of, the oldest first, as far back as is
   * kept. The first has configuration and consumers.
   */
  readonly history?: readonly Moment[];
}

/** How a stream was when one segment was written. */
export type Moment = Pick<
  SegmentHeader,
  'index' | 'last' | 'lastTimestamp' | 'extent' | 'config' | 'consumers' | 'writtenAt'
>;

/** Of a header what the manifest keeps: what is in the segment, without how its stream was. */
const IN_SUMMARY = [
  'format',
  'epoch',
  'index',
  'first',
  'last',
  'messages',
  'bytes',
  'firstAt',
  'lastAt',
  'lastTimestamp',
  'writer',
  'writtenAt',
] as const satisfies readonly (keyof SegmentHeader)[];

export type SegmentSummary = Pick<SegmentHeader, (typeof IN_SUMMARY)[number]>;

export function summaryOf(header: SegmentSummary): SegmentSummary {
  return Object.fromEntries(IN_SUMMARY.map((name) => [name, header[name]])) as SegmentSummary;
}

/** A segment, and where it is. */
export interface StoredSegment<H extends SegmentSummary = SegmentHeader> {
  readonly key: string;
  /** Of the object, in bytes. */
  readonly size: number;
  readonly header: H;
}
