// `regions state mirror`: copies a store into another one, and keeps copying until Ctrl-C or the cut-over.

import { Command } from 'commander';
import type { StateBackend } from '../../state/backend.ts';
import { compare } from '../../state/compare.ts';
import { StateStandbyError } from '../../state/errors.ts';
import {
  checkMayMirror,
  follow,
  type MirrorEvent,
  mirrorOnce,
  type Pass,
  prepareMirror,
} from '../../state/mirror.ts';
import { positiveNumber } from '../arguments.ts';
import { progressOn } from '../progress.ts';
import { say } from '../wrap.ts';
import { comparisonText } from './comparison-text.ts';
import { onTwo, type TwoStores, withTwoStores } from './stores.ts';
import { comparing } from './verify.ts';

interface Options extends TwoStores {
  readonly once?: true;
  readonly every: number;
  readonly overwrite?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

const EVERY_S = 30;

/** Makes the subcommand. */
export function mirrorCommand(): Command {
  return withTwoStores(new Command('mirror'))
    .description('copy the old store into the new one, and keep copying what changes')
    .option('--once', 'end after all keys have been copied')
    .option('--every <seconds>', 'compare all keys this often, besides what changes', positiveNumber, EVERY_S)
    .option('--overwrite', 'replace other values in a new store that nobody has mirrored to before')
    .option('--dry-run', 'only show what would be copied')
    .option('--json', 'print a line of JSON for each pass and change')
    .action((options: Options) => onTwo(options, (from, to) => mirror(from, to, options)));
}

async function mirror(from: StateBackend, to: StateBackend, options: Options): Promise<void> {
  const { once, dryRun, overwrite = false, json, every } = options;
  if (dryRun) {
    await checkMayMirror(from, to, overwrite);
    const comparison = await compare(from, to);
    if (json) return console.log(JSON.stringify(comparison));
    say(comparisonText(comparison));
    return say(
      `${comparison.missing.length + comparison.differ.length} would be copied. Nothing was changed.`,
    );
  }
  const progress = progressOn(process.stderr);
  const onProgress = comparing(progress);
  const tell = (event: MirrorEvent) => {
    if (event.event === 'pass') progress.end();
    if (json) console.log(JSON.stringify(event));
    else say(eventText(event));
  };
  await prepareMirror(from, to, { overwrite });
  if (once) return tell({ event: 'pass', pass: await mirrorOnce(from, to, { onProgress }) });
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  try {
    await follow(from, to, { signal: stop.signal, tell, everyMs: every * 1000, onProgress });
  } catch (error) {
    if (!(error instanceof StateStandbyError)) throw error;
    if (!json) say(`The mirror has ended: ${to.name} takes the writes.`);
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
}

function eventText(event: MirrorEvent): string {
  switch (event.event) {
    case 'pass':
      return passText(event.pass);
    case 'copied':
      return `copied ${event.key}`;
    case 'failed':
      return `The copy may be behind since ${event.since}. It is tried again: ${event.message}`;
    case 'caught-up':
      return `The copy has caught up: ${event.keys} keys were behind, since ${event.since}.`;
  }
}

function passText({ same, created, replaced, extra }: Pass): string {
  const more = extra.length === 0 ? '' : `, ${extra.length} only in the new store`;
  return `${same} the same, ${created} copied, ${replaced} replaced${more}`;
}
