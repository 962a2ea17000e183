// `regions state save`: every version of the edge's configuration into a store.

import { Command } from 'commander';
import { GuardedState } from '../../state/guarded-state.ts';
import { MirroredState } from '../../state/mirrored-state.ts';
import { type ConnectionOptions, withConnection } from '../connection.ts';
import { openClient } from '../live.ts';
import { progressOn } from '../progress.ts';
import { say } from '../wrap.ts';
import { saveVersions } from './save-versions.ts';
import { onOne, withOneStore } from './stores.ts';
import { tellOnly } from './values.ts';

interface Options extends ConnectionOptions {
  readonly at: string;
  readonly also?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

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
        const { dryRun = false, json } = options;
        const progress = progressOn(process.stderr);
        const { latest, versions } = await saveVersions(target, await openClient(options), {
          dryRun,
          onVersion: (version, done, all) => {
            if (process.stderr.isTTY) progress.show(`version ${version}`, done / all);
          },
        });
        progress.end();
        if (json) return console.log(JSON.stringify({ latest, versions }, null, 2));
        const what = `${versions.length} versions${dryRun ? ' would be' : ''} stored`;
        say(`${what}; the newest is ${latest}.${dryRun ? ' Nothing was changed.' : ''}`);
      }),
    );
}
