// `infra history`: the copies of the state that there are.

import { Command } from 'commander';
import { CommandError, EXIT } from '../exit.ts';
import { say } from '../wrap.ts';
import { SHORT_HASH_CHARACTERS } from './copy-name.ts';
import { type Copy, keepCopy, listCopies } from './keep-copy.ts';
import {
  bucketAccessOf,
  type InfraOptions,
  isLocal,
  type Settings,
  settingsOf,
  withInfra,
} from './settings.ts';
import { StateBucket } from './state-bucket.ts';

export function historyCommand(): Command {
  return withInfra(new Command('history'))
    .description('list the copies of the state that are kept, the newest first')
    .option('--json', 'print them as JSON')
    .action(async ({ json, ...options }: InfraOptions & { json?: true }) => {
      const bucket = await bucketWithHistory(settingsOf(options, process.env));
      // Who ran OpenTofu by hand has left none.
      const current = await keepCopy(bucket);
      const copies = await listCopies(bucket);
      const isCurrent = ({ sha256 }: Copy) => sha256 === current?.copy.sha256;
      if (json) {
        const all = copies.map((copy) => ({ ...copy, current: isCurrent(copy) }));
        return console.log(JSON.stringify({ copies: all }, null, 2));
      }
      if (copies.length === 0) return say(`There is no state in ${bucket.name} yet, and no copy of one.`);
      for (const copy of copies) say(lineOf(copy, isCurrent(copy)));
    });
}

/** @throws CommandError while the state is in the folder, where there is no history */
export async function bucketWithHistory(settings: Settings): Promise<StateBucket> {
  if (await isLocal(settings))
    throw new CommandError(
      EXIT.refused,
      'The state is in this folder, and has no history: npm run infra -- migrate --to r2 moves it to the bucket.',
      {
        details: { code: 'local' },
      },
    );
  return new StateBucket(bucketAccessOf(settings));
}

function lineOf({ serial, sha256, modified, bytes }: Copy, isCurrent: boolean): string {
  const hash = sha256.slice(0, SHORT_HASH_CHARACTERS);
  return `${String(serial).padStart(6)}  ${hash}  ${modified.slice(0, 19)}  ${String(bytes).padStart(9)} bytes${isCurrent ? '  now' : ''}`;
}
