// `regions state save`: every version of the edge's configuration into a store, under `config/versions/`, and the newest one
// as `config/latest.json`. A version that is there is never replaced.

import { Command } from 'commander';
import type { LiveConfig } from '../../api/config.ts';
import type { StateBackend } from '../../state/backend.ts';
import { isSameValue } from '../../state/compare.ts';
import { GuardedState } from '../../state/guarded-state.ts';
import { MirroredState } from '../../state/mirrored-state.ts';
import type { AdminClient } from '../admin-client.ts';
import { type ConnectionOptions, withConnection } from '../connection.ts';
import { CommandError, EXIT } from '../exit.ts';
import { openClient } from '../live.ts';
import { progressOn } from '../progress.ts';
import { say } from '../wrap.ts';
import { onOne, withOneStore } from './stores.ts';
import { tellOnly } from './values.ts';

interface Options extends ConnectionOptions {
  readonly at: string;
  readonly also?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

const LATEST = 'config/latest.json';

/** Makes the subcommand. */
export function saveCommand(): Command {
  return withConnection(withOneStore(new Command('save')))
    .description('store the versions of the configuration of the edge')
    .option('--also <url>', 'the new store, during a mirror: both are written, and the first one decides')
    .option('--dry-run', 'only show which versions would be stored')
    .option('--json', 'print them as JSON')
    .action((options: Options) =>
      onOne(options, async (state, copy) => {
        const target =
          copy === undefined ? new GuardedState(state) : new MirroredState(state, copy, tellOnly);
        const client = await openClient(options);
        const { dryRun, json } = options;
        const latest = await client.config();
        const stored = new Set(await target.list('config/versions/'));
        const versions = (await versionsOf(client)).filter((version) => !stored.has(keyOf(version)));
        await checkNotOlder(target, latest);
        if (!dryRun) await save(target, { client, versions, latest });
        if (json) return console.log(JSON.stringify({ latest: latest.version, versions }, null, 2));
        const what = `${versions.length} versions${dryRun ? ' would be' : ''} stored`;
        say(`${what}; the newest is ${latest.version}.${dryRun ? ' Nothing was changed.' : ''}`);
      }),
    );
}

interface Saving {
  readonly client: AdminClient;
  readonly versions: readonly number[];
  readonly latest: LiveConfig;
}

async function save(state: StateBackend, { client, versions, latest }: Saving): Promise<void> {
  const progress = progressOn(process.stderr);
  for (const [n, version] of versions.entries()) {
    if (process.stderr.isTTY) progress.show(`version ${version}`, n / versions.length);
    const config = version === latest.version ? latest : await client.configOf(version);
    if (config !== undefined) await state.store(keyOf(version), encoded(config), null);
  }
  progress.end();
  const there = await state.load(LATEST);
  const value = encoded(latest);
  if (there === undefined || !isSameValue(there.value, value))
    await state.store(LATEST, value, there?.etag ?? null);
}

/** @throws CommandError if the store has a newer version, or another one under the same number: of another deployment */
async function checkNotOlder(state: StateBackend, latest: LiveConfig): Promise<void> {
  const same = await state.load(keyOf(latest.version));
  const there = await state.load(LATEST);
  const newest = there && (JSON.parse(new TextDecoder().decode(there.value)) as LiveConfig).version;
  const isOther = same !== undefined && !isSameValue(same.value, encoded(latest));
  if (!isOther && (newest === undefined || newest <= latest.version)) return;
  throw new CommandError(
    EXIT.conflict,
    isOther
      ? `${state.name} has another version ${latest.version}: it is of another deployment. Use a prefix of its own.`
      : `${state.name} has version ${newest}, and the edge is at ${latest.version}: it is of another deployment. Use a prefix of its own.`,
  );
}

/** Oldest first. */
async function versionsOf(client: AdminClient): Promise<readonly number[]> {
  const versions: number[] = [];
  let before: number | undefined;
  do {
    const page = await client.history(before === undefined ? {} : { before });
    versions.push(...page.versions.map(({ version }) => version));
    before = page.next ?? undefined;
  } while (before !== undefined);
  return versions.reverse();
}

function keyOf(version: number): string {
  return `config/versions/${version}.json`;
}

function encoded(config: LiveConfig): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`);
}
