// The valid parts of a configuration that may be broken: each field is read on its own, and absent if it is malformed.
// The rules read this, so that one broken region does not hide problems of the others.

import * as v from 'valibot';
import { EXTERNAL_FIELDS } from '../external-schema.ts';
import { ConfigSchema, RegionSchema } from '../schema.ts';

type Readable<E extends v.ObjectEntries> = { readonly [K in keyof E]?: v.InferOutput<E[K]> };

/** A region of which any field may be absent because it is missing or broken. */
export type RegionDraft = Readable<typeof RegionSchema.entries> & {
  /** The names of the known fields that are written, whatever is in them; absent if the region is no object. */
  readonly given?: ReadonlySet<string>;
};

/** A configuration of which any part may be absent because it is missing or broken. */
export interface ConfigDraft {
  /** Absent when any part of it is broken. */
  readonly admin: v.InferOutput<typeof ConfigSchema.entries.admin> | undefined;
  readonly defaultRegion: string | undefined;
  /** Absent when any part of it is broken. */
  readonly jetstream: v.InferOutput<typeof ConfigSchema.entries.jetstream> | undefined;
  /** Absent when any part of it is broken. */
  readonly routing: v.InferOutput<typeof ConfigSchema.entries.routing> | undefined;
  /** Absent when any part of it is broken. */
  readonly sessions: v.InferOutput<typeof ConfigSchema.entries.sessions> | undefined;
  /** Absent when any part of it is broken. */
  readonly export: v.InferOutput<typeof ConfigSchema.entries.export> | undefined;
  /** Absent when any part of it is broken. */
  readonly flags: v.InferOutput<typeof ConfigSchema.entries.flags> | undefined;
  /** Empty when the list itself is missing or broken. Indexes are the file's. */
  readonly regions: readonly RegionDraft[];
}

/** Reads every field that is valid. Never throws. */
export function readDraft(input: unknown): ConfigDraft {
  const file = asRecord(input);
  const admin = v.safeParse(ConfigSchema.entries.admin, file.admin);
  const jetstream = v.safeParse(ConfigSchema.entries.jetstream, file.jetstream);
  const defaultRegion = v.safeParse(ConfigSchema.entries.defaultRegion, file.defaultRegion);
  const routing = v.safeParse(ConfigSchema.entries.routing, file.routing);
  const sessions = v.safeParse(ConfigSchema.entries.sessions, file.sessions);
  const sinks = v.safeParse(ConfigSchema.entries.export, file.export);
  const flags = v.safeParse(ConfigSchema.entries.flags, file.flags);
  return {
    admin: admin.success ? admin.output : undefined,
    defaultRegion: defaultRegion.success ? defaultRegion.output : undefined,
    jetstream: jetstream.success ? jetstream.output : undefined,
    routing: routing.success ? routing.output : undefined,
    sessions: sessions.success ? sessions.output : undefined,
    export: sinks.success ? sinks.output : undefined,
    flags: flags.success ? flags.output : undefined,
    regions: Array.isArray(file.regions) ? file.regions.map(readRegion) : [],
  };
}

/** Of an external region only what it may have. */
function readRegion(input: unknown): RegionDraft {
  if (!isRecord(input)) return {};
  const given = new Set(Object.keys(RegionSchema.entries).filter((key) => Object.hasOwn(input, key)));
  const draft = readEntries(RegionSchema.entries, input);
  if (draft.kind !== 'external') return { ...draft, given };
  const kept = Object.entries(draft).filter(([key]) => EXTERNAL_FIELDS.has(key));
  return { ...(Object.fromEntries(kept) as RegionDraft), given };
}

function readEntries<E extends v.ObjectEntries>(entries: E, input: unknown): Readable<E> {
  if (!isRecord(input)) return {};
  const draft: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(entries)) {
    const result = v.safeParse(schema, Object.hasOwn(input, key) ? input[key] : undefined);
    if (result.success) draft[key] = result.output;
  }
  // Each value has passed the schema of its own key; the compiler cannot see that through the loop.
  return draft as Readable<E>;
}

function asRecord(input: unknown): Record<string, unknown> {
  return isRecord(input) ? input : {};
}

function isRecord(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}
