// Stores the versions of an edge's configuration: each under its number, where it is never replaced, and the newest one as
// `config/latest.json`, which never goes back: what is there is looked at before the edge is asked, and replaced only if it
// is still that.
//
// Two versions are the same if they were made by the same edit. Their content may differ: platform settings come from the
// deploy, so a deploy changes those of all versions.

import type { LiveConfig } from '../../api/config.ts';
import type { StateBackend, Stored } from '../../state/backend.ts';
import { isSameValue } from '../../state/compare.ts';
import { StateConflictError } from '../../state/errors.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError, EXIT } from '../exit.ts';

const LATEST = 'config/latest.json';
const VERSIONS = 'config/versions/';

/** Others may save at the same time; each of them brings it further. */
const MAX_TRIES = 5;

export interface SaveOptions {
  readonly dryRun: boolean;
  /** Told before each version is stored. */
  readonly onVersion: (version: number, done: number, all: number) => void;
}

export interface Saved {
  /** The number of the newest version. */
  readonly latest: number;
  /** Those that were not there, oldest first. */
  readonly versions: readonly number[];
}

/** @throws CommandError for a store of another deployment. @throws StateError */
export async function saveVersions(
  state: StateBackend,
  client: AdminClient,
  options: SaveOptions,
): Promise<Saved> {
  const versions = new Set<number>();
  for (let tries = 1; ; tries += 1) {
    const there = await state.load(LATEST);
    const latest = await client.config();
    await checkSameDeployment(state, there, latest);
    const lacking = await versionsLacking(state, client);
    for (const version of lacking) versions.add(version);
    const saved = { latest: latest.version, versions: [...versions].sort((a, b) => a - b) };
    if (options.dryRun) return saved;
    await storeVersions(state, client, { latest, lacking, options });
    try {
      const value = encoded(latest);
      if (there === undefined || !isSameValue(there.value, value))
        await state.store(LATEST, value, there?.etag ?? null);
      return saved;
    } catch (error) {
      if (!(error instanceof StateConflictError) || tries === MAX_TRIES) throw error;
    }
  }
}

interface Storing {
  readonly latest: LiveConfig;
  readonly lacking: readonly number[];
  readonly options: SaveOptions;
}

async function storeVersions(
  state: StateBackend,
  client: AdminClient,
  { latest, lacking, options }: Storing,
): Promise<void> {
  for (const [n, version] of lacking.entries()) {
    options.onVersion(version, n, lacking.length);
    const config = version === latest.version ? latest : await client.configOf(version);
    if (config === undefined) continue;
    try {
      await state.store(keyOf(version), encoded(config), null);
    } catch (error) {
      // Somebody else saves too.
      if (!(error instanceof StateConflictError) || (await state.load(keyOf(version))) === undefined)
        throw error;
    }
  }
}

/** @throws CommandError if the store has a newer version, or under the same number one of another edit */
async function checkSameDeployment(
  state: StateBackend,
  there: Stored | undefined,
  latest: LiveConfig,
): Promise<void> {
  const newest = there && decoded(state, LATEST, there);
  const stored = await state.load(keyOf(latest.version));
  const same = stored && decoded(state, keyOf(latest.version), stored);
  const other = [newest, same].find(
    (each) => each !== undefined && each.version === latest.version && !isSameEdit(each, latest),
  );
  const isNewer = newest !== undefined && newest.version > latest.version;
  if (other === undefined && !isNewer) return;
  throw new CommandError(
    EXIT.conflict,
    other !== undefined
      ? `${state.name} has another version ${latest.version}: it is of another deployment. Use a prefix of its own.`
      : `${state.name} has version ${newest?.version}, and the edge is at ${latest.version}: it is of another deployment. Use a prefix of its own.`,
  );
}

function isSameEdit(a: LiveConfig, b: LiveConfig): boolean {
  return a.time === b.time && a.author === b.author && a.message === b.message;
}

/** Oldest first. */
async function versionsLacking(state: StateBackend, client: AdminClient): Promise<readonly number[]> {
  const stored = new Set(await state.list(VERSIONS));
  const versions: number[] = [];
  let before: number | undefined;
  do {
    const page = await client.history(before === undefined ? {} : { before });
    versions.push(...page.versions.map(({ version }) => version));
    before = page.next ?? undefined;
  } while (before !== undefined);
  return versions.reverse().filter((version) => !stored.has(keyOf(version)));
}

function keyOf(version: number): string {
  return `${VERSIONS}${version}.json`;
}

function encoded(config: LiveConfig): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`);
}

/** @throws CommandError for what is no version */
function decoded(state: StateBackend, key: string, { value }: Stored): LiveConfig {
  try {
    const config = JSON.parse(new TextDecoder().decode(value)) as LiveConfig;
    if (Number.isInteger(config.version)) return config;
  } catch {
    // It is said below.
  }
  throw new CommandError(
    EXIT.conflict,
    `${key} of ${state.name} is no version of a configuration: somebody else wrote it. Use a prefix of its own.`,
  );
}
