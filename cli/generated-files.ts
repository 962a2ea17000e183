// The files that are generated from regions.json, as they should be. `regions sync` and `npm run setup` write them.

import type { MeridianConfig } from '../regions/config.ts';
import { generateInfrastructure } from '../regions/generate/infrastructure.ts';
import { generateJsonSchema } from '../regions/generate/json-schema.ts';
import type { ClassChange } from '../regions/generate/migrations.ts';
import { generateReference } from '../regions/generate/reference.ts';
import { generateWorkerClasses } from '../regions/generate/worker-classes.ts';
import { syncWranglerToml } from '../regions/generate/wrangler-sync.ts';

export const WRANGLER_FILE = 'wrangler.toml';

/** Paths in the repository of all that is generated. */
export const GENERATED_FILES = [
  WRANGLER_FILE,
  'worker/region/classes.ts',
  'infra/regions.tf.json',
  'regions/regions.schema.json',
  'docs/configuration.md',
] as const;

type GeneratedFile = (typeof GENERATED_FILES)[number];

export interface GeneratedFiles {
  /** Paths in the repository, and what the files should be. */
  readonly wanted: ReadonlyMap<string, string>;
  /** The migration that wrangler.toml needs in addition, if any. */
  readonly added: ClassChange | undefined;
}

/** @param wrangler the text of wrangler.toml as it is. @throws WranglerSyncError if it cannot be written */
export function generatedFiles(config: MeridianConfig, wrangler: string): GeneratedFiles {
  const { text, added } = syncWranglerToml(wrangler, config);
  const wanted: Readonly<Record<GeneratedFile, string>> = {
    [WRANGLER_FILE]: text,
    'worker/region/classes.ts': generateWorkerClasses(config),
    'infra/regions.tf.json': generateInfrastructure(text, config),
    'regions/regions.schema.json': generateJsonSchema(),
    'docs/configuration.md': generateReference(),
  };
  return { wanted: new Map(Object.entries(wanted)), added };
}

/** What a new migration does, for people. */
export function migrationText({ tag, created, deleted }: ClassChange): string {
  const lines = [`wrangler.toml has a new migration, ${tag}.`];
  if (created.length > 0) lines.push(`It creates ${created.join(', ')}.`);
  if (deleted.length > 0) {
    lines.push(
      `If an edge is deployed already, deploying it there DELETES ${deleted.join(', ')} and all that their objects store. Drain these regions first.`,
    );
  }
  return lines.join('\n');
}
