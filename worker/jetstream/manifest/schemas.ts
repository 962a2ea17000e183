// The schemas of a manifest and of a segment's header: what is read from the bucket is checked by them, strictly.

import * as v from 'valibot';

const Sequence = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Milliseconds = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const JsonObject = v.record(v.string(), v.unknown());

const Ranges = v.pipe(
  v.array(v.tuple([Sequence, Sequence])),
  v.check(
    (ranges) =>
      ranges.every(([first, last], n) => first <= last && (n === 0 || first > (ranges[n - 1]?.[1] ?? 0))),
    'ranges in ascending order, without overlaps',
  ),
);

const ExtentSchema = v.strictObject({ firstSeq: Sequence, lastSeq: Sequence, deleted: Ranges });

const PairSchema = v.strictObject({ consumer: Sequence, stream: Sequence });

const ConsumerSchema = v.strictObject({
  name: v.string(),
  config: JsonObject,
  delivered: PairSchema,
  ackFloor: PairSchema,
});

const summary = {
  format: v.literal(1),
  epoch: v.string(),
  index: Sequence,
  first: Sequence,
  last: Sequence,
  messages: Sequence,
  bytes: Sequence,
  firstAt: Milliseconds,
  lastAt: Milliseconds,
  lastTimestamp: v.pipe(v.string(), v.regex(/^-?\d+$/, 'a whole number of ns, as a string')),
  writer: v.string(),
  writtenAt: Milliseconds,
};

const momentEntries = {
  index: Sequence,
  last: Sequence,
  lastTimestamp: summary.lastTimestamp,
  extent: ExtentSchema,
  config: v.exactOptional(JsonObject),
  consumers: v.exactOptional(v.array(ConsumerSchema)),
  writtenAt: Milliseconds,
};

export const SegmentSummarySchema = v.strictObject(summary);

export const SegmentHeaderSchema = v.strictObject({
  ...summary,
  ...momentEntries,
  history: v.exactOptional(v.array(v.strictObject(momentEntries))),
});

export const ManifestSchema = v.strictObject({
  format: v.literal(1),
  cluster: v.string(),
  account: v.string(),
  stream: v.string(),
  epochs: v.array(
    v.strictObject({
      id: v.string(),
      created: v.string(),
      reason: v.picklist(['new', 'recreated', 'diverged', 'damaged']),
      begunAt: Milliseconds,
      folded: v.array(
        v.strictObject({
          key: v.string(),
          size: Sequence,
          header: v.strictObject(summary),
          foldedAt: Milliseconds,
        }),
      ),
      nextIndex: Sequence,
      config: JsonObject,
      consumers: v.array(ConsumerSchema),
      extent: ExtentSchema,
    }),
  ),
});
