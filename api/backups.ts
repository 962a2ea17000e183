// Backups of streams: `GET /api/backups` and what is below it.

import * as v from 'valibot';
import { Count, Instant, type Wire } from './schema-kinds.ts';

const Bytes = v.pipe(Count, v.description('of its messages: subjects, headers and bodies'));
const Size = v.pipe(Count, v.description('in the bucket, in bytes'));
const At = v.pipe(v.nullable(Instant), v.description('milliseconds since the epoch; null if there is none'));

const VerificationSchema = v.strictObject({
  at: v.pipe(Instant, v.description('when it was restored into a server of its own')),
  ok: v.boolean(),
  problem: v.exactOptional(v.string()),
});

/** A stream's backup in short. */
export const BackupSchema = v.strictObject({
  account: v.string(),
  stream: v.string(),
  messages: v.pipe(v.nullable(Count), v.description('that a restore brings back; null if unknown')),
  bytes: v.nullable(Bytes),
  size: v.nullable(Size),
  segments: v.nullable(Count),
  epochs: v.pipe(
    v.nullable(Count),
    v.description(
      'lives of the stream: one more each time that it was made again, that its latest messages were lost, or that its backup was damaged',
    ),
  ),
  firstSeq: v.nullable(Count),
  lastSeq: v.nullable(Count),
  lastAt: v.pipe(At, v.description('when its newest message was stored, milliseconds since the epoch')),
  writtenAt: v.pipe(At, v.description('when it was last written to, milliseconds since the epoch')),
  writer: v.pipe(v.nullable(v.string()), v.description('the region that wrote it last')),
  lagMessages: v.pipe(
    v.nullable(Count),
    v.description('messages of the stream that are not in it yet; null if no region says so'),
  ),
  lagMs: v.pipe(v.nullable(v.number()), v.description('the age of the oldest of them; null if unknown')),
  verified: v.pipe(
    v.nullable(VerificationSchema),
    v.description('the last verification; null if there was none'),
  ),
  deleted: v.pipe(
    v.nullable(
      v.strictObject({
        at: v.pipe(Instant, v.description('when it was found that the stream had been deleted')),
        removedFrom: v.pipe(
          v.nullable(Instant),
          v.description('from when on the backup is removed; null while backups are off: it stays'),
        ),
      }),
    ),
    v.description('null unless the stream is known to have been deleted, rather than lost'),
  ),
  problems: v.pipe(
    v.array(v.string()),
    v.description('what is wrong with it; empty if nothing is known to be'),
  ),
});
export type Backup = Wire<typeof BackupSchema>;

export const BackupsSchema = v.strictObject({
  enabled: v.pipe(v.boolean(), v.description('whether the configuration has streams backed up')),
  streams: v.array(BackupSchema),
  problems: v.pipe(v.array(v.string()), v.description('what could not be found out, and why')),
  next: v.pipe(
    v.nullable(v.string()),
    v.description('what `after` is for those that follow; null if these are the last'),
  ),
});
export type Backups = Wire<typeof BackupsSchema>;

const SegmentSchema = v.strictObject({
  epoch: v.string(),
  folded: v.pipe(v.boolean(), v.description('whether it was folded from many')),
  first: Count,
  last: Count,
  messages: Count,
  bytes: Bytes,
  size: Size,
  firstAt: At,
  lastAt: At,
  writtenAt: Instant,
  writer: v.string(),
});

const EpochSchema = v.strictObject({
  id: v.string(),
  created: v.pipe(v.string(), v.description('when the server says that the stream was created')),
  reason: v.pipe(
    v.picklist(['new', 'recreated', 'diverged', 'damaged']),
    v.description(
      '`new`: the first; `recreated`: the stream was deleted and made again; `diverged`: servers that held its latest messages were lost; `damaged`: the epoch before is, and all that the stream has was written anew',
    ),
  ),
  begunAt: Instant,
});

/** A stream's backup as a whole. */
export const BackupDetailSchema = v.strictObject({
  backup: BackupSchema,
  config: v.pipe(v.record(v.string(), v.unknown()), v.description('of the stream, as nats-server has it')),
  consumers: v.pipe(v.array(v.string()), v.description('their names')),
  history: v.pipe(v.array(EpochSchema), v.description('the epochs, oldest first; the last is written to')),
  log: v.pipe(v.array(SegmentSchema), v.description('the segments of all epochs, oldest first')),
  from: v.pipe(At, v.description('the earliest time that can be restored, milliseconds since the epoch')),
  to: v.pipe(At, v.description('the latest')),
});
export type BackupDetail = Wire<typeof BackupDetailSchema>;

/** `POST /api/backups/{account}/{stream}/restore`, and its dry run. `at` and `seq` exclude each other. */
export const RestoreBodySchema = v.strictObject({
  as: v.exactOptional(
    v.pipe(
      v.string(),
      v.maxLength(255),
      v.regex(/^[^\s.*>/\\]+$/, 'the name of a stream: without spaces, dots, stars and slashes'),
    ),
  ),
  at: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  seq: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
});
export type RestoreBody = Wire<typeof RestoreBodySchema>;

/** What a restore would bring back. */
export const RestorePlanSchema = v.strictObject({
  account: v.string(),
  stream: v.string(),
  as: v.pipe(v.string(), v.description('the name that it would get')),
  targetExists: v.pipe(
    v.boolean(),
    v.description('a stream of this name exists: a restore would be refused'),
  ),
  takenBy: v.pipe(
    v.array(v.string()),
    v.description('streams that take messages of its subjects: a restore would be refused'),
  ),
  messages: Count,
  bytes: Bytes,
  firstSeq: Count,
  lastSeq: Count,
  firstAt: At,
  lastAt: v.pipe(
    v.nullable(Instant),
    v.description(
      'milliseconds since the epoch; null if there is none, or if that is unknown: of a point within a segment',
    ),
  ),
  subjects: v.pipe(v.array(v.string()), v.description('that it would take messages of')),
  consumers: v.pipe(v.array(v.string()), v.description('their names')),
  notRestored: v.pipe(v.array(v.string()), v.description('what does not come back, in words')),
  remarks: v.pipe(v.array(v.string()), v.description('what else is to be known, in words')),
});
export type RestorePlan = Wire<typeof RestorePlanSchema>;

/** What a removal would take away. */
export const RemovalPlanSchema = v.strictObject({
  backup: BackupSchema,
  refused: v.pipe(
    v.nullable(v.string()),
    v.description('why it would be refused, in words; null if it would not'),
  ),
});
export type RemovalPlan = Wire<typeof RemovalPlanSchema>;

/** What a removal has taken away. */
export const RemovedSchema = v.strictObject({
  account: v.string(),
  stream: v.string(),
  objects: v.pipe(Count, v.description('of the bucket')),
  size: Size,
});
export type Removed = Wire<typeof RemovedSchema>;

/** A restore or a verification. */
export const JobSchema = v.strictObject({
  id: v.string(),
  kind: v.picklist(['restore', 'verify']),
  account: v.string(),
  stream: v.string(),
  as: v.pipe(v.string(), v.description('the name under which it is restored')),
  state: v.picklist(['running', 'done', 'failed']),
  doneMessages: Count,
  totalMessages: Count,
  doneBytes: Count,
  totalBytes: Count,
  startedAt: Instant,
  endedAt: v.exactOptional(Instant),
  problem: v.exactOptional(v.pipe(v.string(), v.description('why it failed'))),
  result: v.exactOptional(v.pipe(v.string(), v.description('what came of it, in words'))),
});
export type Job = Wire<typeof JobSchema>;

export const JobsSchema = v.strictObject({
  jobs: v.pipe(v.array(JobSchema), v.description('newest first; those that ended are kept for a while')),
});
export type Jobs = Wire<typeof JobsSchema>;

/** What an import has written. */
export const ImportedSchema = v.strictObject({
  account: v.string(),
  stream: v.string(),
  messages: Count,
  bytes: Bytes,
  firstSeq: Count,
  lastSeq: Count,
});
export type Imported = Wire<typeof ImportedSchema>;
