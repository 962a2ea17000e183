// `GET /api/config/backup`: how the backup of the configuration stands.

import * as v from 'valibot';
import { VersionInfoSchema } from './config.ts';
import { Count, IsoTime, Version, type Wire } from './schema-kinds.ts';

export const ConfigBackupSchema = v.strictObject({
  version: v.pipe(Version, v.description('the current one')),
  store: v.pipe(
    v.nullable(v.string()),
    v.description('the name of this backup; null before the first write'),
  ),
  restoredFrom: v.pipe(
    v.nullable(v.string()),
    v.description('the backup that this deployment was restored from'),
  ),
  versionsBehind: v.pipe(Count, v.description('how many versions are not in the bucket yet')),
  entriesBehind: v.pipe(
    Count,
    v.description('how many entries of the audit log are not; they are written once a minute'),
  ),
  behindSince: v.pipe(v.nullable(IsoTime), v.description('since when the oldest of them waits')),
  missed: v.pipe(
    v.strictObject({ versions: Count, entries: Count }),
    v.description('what was deleted, as too old, before the bucket took it'),
  ),
  writtenAt: v.pipe(v.nullable(IsoTime), v.description('the last write')),
  problem: v.pipe(v.nullable(v.string()), v.description('why the last write failed; it is tried again')),
  problemSince: v.nullable(IsoTime),
  earlier: v.pipe(
    v.nullable(v.strictObject({ store: v.string(), ...VersionInfoSchema.entries })),
    v.description(
      'the newest version of an earlier deployment, which can be restored; looked for only at version 0',
    ),
  ),
  earlierProblem: v.pipe(v.nullable(v.string()), v.description('why it is not known what there was earlier')),
});
export type ConfigBackup = Wire<typeof ConfigBackupSchema>;
