// The files that are generated from regions.json, as they should be. `regions sync` and `npm run setup` write them.

import type { MeridianConfig } from '../regions/config.ts';
import { generateJsonSchema } from '../regions/generate/json-schema.ts';
import type { ClassChange } from '../regions/generate/migrations.ts';
import { generateReference } from '../regions/generate/reference.ts';
import { generateWorkerClasses } from '../regions/generate/worker-classes.ts';
import { syncWranglerToml } from '../regions/generate/wrangler-sync.ts';

export const WRANGLER_FILE = 'wrangler.toml';

export interface GeneratedFiles {
  /** Paths in the repository, and what the files should be. */
  readonly wanted: ReadonlyMap<string, string>;
  /** The migration that wrangler.toml needs in addition, if any. */
  readonly added: ClassChange | undefined;
}

/** @param wrangler the text of wrangler.toml as it is. @throws WranglerSyncError if it cannot be rewritten */
export function generatedFiles(config: MeridianConfig, wrangler: string): GeneratedFiles {
  const { text, added } = syncWranglerToml(wrangler, config);
  const wanted = new Map([
    [WRANGLER_FILE, text],
    ['worker/region/classes.ts', generateWorkerClasses(config)],
    ['regions/regions.schema.json', generateJsonSchema()],
    ['docs/configuration.md', generateReference()],
  ]);
  return { wanted, added };
}

/** What a new migration does, for people. */
export function migrationText({ tag, created, deleted }: ClassChange): string {
  const lines = [`wrangler.toml has a new migration, ${tag}.`];
  if (created.length > 0) lines.push(`It creates ${created.join(', ')}.`);
  if (deleted.length > 0) {
    lines.push(
      `Deploying it DELETES ${deleted.join(', ')} and all that their objects store. Drain these regions first.`,
    );
  }
  return lines.join('\n');
}
