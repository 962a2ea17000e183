// The answers of the configuration endpoints. The bodies of their requests are in edits.ts.

import * as v from 'valibot';
import { CHANGE_KINDS } from '../regions/edits/diff.ts';
import { RegionRoutingEntries } from '../regions/routing-schema.ts';
import { ConfigSchema as FileSchema, RegionSchema } from '../regions/schema.ts';
import { ForecastSchema } from './forecast.ts';
import { Count, IsoTime, Version, type Wire } from './schema-kinds.ts';

const { $schema: _forEditors, ...fileEntries } = FileSchema.entries;

const { kind, url, secret, hint, placement, ...ownEntries } = RegionSchema.entries;

const OwnRegionSchema = v.strictObject({
  ...ownEntries,
  hint: hint.wrapped,
  placement: placement.wrapped,
  name: v.string(),
});

const { id, latitude, longitude, enabled } = ownEntries;

const ExternalRegionSchema = v.strictObject({
  ...{ id, name: v.string(), kind: kind.wrapped, url: url.wrapped, secret },
  ...{ latitude, longitude, enabled },
  ...RegionRoutingEntries,
});

/** A configuration with every default filled in. */
export const ResolvedConfigSchema = v.strictObject({
  ...fileEntries,
  defaultRegion: v.string(),
  regions: v.array(v.union([ExternalRegionSchema, OwnRegionSchema])),
});

export const ChangeSchema = v.strictObject({
  path: v.pipe(v.string(), v.description('such as regions.weur.weight, routing.bandMs, regions.oc')),
  from: v.exactOptional(v.unknown()),
  to: v.exactOptional(v.unknown()),
  kind: v.pipe(
    v.picklist(CHANGE_KINDS),
    v.description(
      '`steers`: a routing setting, takes effect without a deploy; `platform`: a platform setting, needs a deploy',
    ),
  ),
});

/** Something wrong or odd about a configuration. */
export const ProblemViewSchema = v.strictObject({
  path: v.string(),
  code: v.string(),
  message: v.string(),
});
export type ProblemView = Wire<typeof ProblemViewSchema>;

const AuthorEntries = { version: Version, author: v.string(), message: v.string() };
const VersionEntries = {
  ...AuthorEntries,
  time: v.pipe(v.nullable(IsoTime), v.description('null for version 0, which is what was deployed')),
};

/** A version without its content. */
export const VersionInfoSchema = v.strictObject(VersionEntries);
export type VersionInfo = Wire<typeof VersionInfoSchema>;

export const LiveConfigSchema = v.strictObject({ ...VersionEntries, config: ResolvedConfigSchema });
export type LiveConfig = Wire<typeof LiveConfigSchema>;

/** An edit that was stored. */
export const PublishedSchema = v.strictObject({
  ...VersionEntries,
  changes: v.array(ChangeSchema),
  warnings: v.pipe(
    v.array(ProblemViewSchema),
    v.description('`next-start`: a limit that nats-server takes only at its next start'),
  ),
});
export type Published = Wire<typeof PublishedSchema>;

/** What was taken from the backup of the configuration, or would be. */
export const RestoredConfigSchema = v.strictObject({
  ...VersionEntries,
  version: v.pipe(Version, v.description('the number that it has here')),
  time: v.pipe(v.nullable(IsoTime), v.description('null in a dry run, which stores nothing')),
  from: v.strictObject({
    store: v.pipe(v.string(), v.description('whose backup, named by when it began')),
    ...AuthorEntries,
    time: IsoTime,
  }),
  config: ResolvedConfigSchema,
  changes: v.array(ChangeSchema),
  notTaken: v.pipe(
    v.array(ChangeSchema),
    v.description(
      'platform settings of the backup (`from`) that differ from the deployed ones (`to`), which stay',
    ),
  ),
  history: v.pipe(
    v.strictObject({
      versions: Count,
      entries: Count,
      breaks: v.pipe(Count, v.description('how many of the entries are not as they were written')),
    }),
    v.description('how many versions and entries of the audit log came back with it'),
  ),
  warnings: v.array(ProblemViewSchema),
});
export type RestoredConfig = Wire<typeof RestoredConfigSchema>;

export const DryRunSchema = v.strictObject({
  base: v.pipe(Version, v.description('the version that it was compared with')),
  changes: v.array(ChangeSchema),
  needsDeploy: v.pipe(
    v.array(ChangeSchema),
    v.description('the changes for which the edit would be refused'),
  ),
  warnings: v.array(ProblemViewSchema),
  forecast: ForecastSchema,
});
export type DryRun = Wire<typeof DryRunSchema>;

const HistoryEntrySchema = v.strictObject({
  ...VersionEntries,
  changes: v.pipe(Count, v.description('how many fields it changed')),
});
export type HistoryEntry = Wire<typeof HistoryEntrySchema>;

export const HistorySchema = v.strictObject({
  versions: v.pipe(v.array(HistoryEntrySchema), v.description('newest first')),
  next: v.pipe(v.nullable(Count), v.description('what `before` has to be for the next page')),
});
export type History = Wire<typeof HistorySchema>;

/** One of the versions stored after the one that the author of an edit started from. */
export const RivalVersionSchema = v.strictObject(AuthorEntries);
