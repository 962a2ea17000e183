// `regions state list`, `get` and `put`: the values of one store.

import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { StateConflictError } from '../../state/errors.ts';
import { GuardedState } from '../../state/guarded-state.ts';
import { MirroredState } from '../../state/mirrored-state.ts';
import { CommandError, EXIT } from '../exit.ts';
import { say, wrapped } from '../wrap.ts';
import { onOne, withOneStore } from './stores.ts';

/** Makes the subcommand. */
export function listCommand(): Command {
  return withOneStore(new Command('list'))
    .description('list the keys of a store')
    .argument('[prefix]', 'only those that begin so', '')
    .option('--json', 'print them as JSON')
    .action((prefix: string, { at, json }: { readonly at: string; readonly json?: true }) =>
      onOne({ at }, async (state) => {
        const keys = await state.list(prefix);
        if (json) return console.log(JSON.stringify({ keys }, null, 2));
        say(keys.length === 0 ? 'There are none.' : keys.join('\n'));
      }),
    );
}

/** Makes the subcommand. */
export function getCommand(): Command {
  return withOneStore(new Command('get'))
    .description('print a value as it is')
    .argument('<key>', 'such as config/latest.json')
    .option('-o, --out <file>', 'write it to this file instead, which must not be there')
    .option('--json', 'print its size and etag as JSON, and its value in base64')
    .action((key: string, { at, out, json }: { at: string; out?: string; json?: true }) =>
      onOne({ at }, async (state) => {
        const found = await state.load(key);
        if (found === undefined) throw new CommandError(EXIT.refused, `${state.name} has no ${key}.`);
        const { value, etag } = found;
        if (out !== undefined) await writeNew(out, value);
        if (!json) return out === undefined ? void process.stdout.write(value) : say(`Written: ${out}.`);
        const of = { key, etag, bytes: value.byteLength };
        const base64 = Buffer.from(value).toString('base64');
        console.log(JSON.stringify(out === undefined ? { ...of, base64 } : of, null, 2));
      }),
    );
}

interface PutOptions {
  readonly at: string;
  readonly also?: string;
  readonly ifMatch?: string;
  readonly json?: true;
}

/** Makes the subcommand. */
export function putCommand(): Command {
  return withOneStore(new Command('put'))
    .description('store the value of a file under a key, unless it is changed in between')
    .argument('<key>', 'such as config/latest.json')
    .argument('<file>', 'its value')
    .option('--also <url>', 'the new store, during a mirror: both are written, and the first one decides')
    .option('--if-match <etag>', 'only in place of the value with this etag (`state get --json`)')
    .option('--json', 'print the etag as JSON')
    .action(async (key: string, file: string, options: PutOptions) => {
      const value = await readValue(file);
      await onOne(options, async (state, copy) => {
        const target =
          copy === undefined ? new GuardedState(state) : new MirroredState(state, copy, tellOnly);
        const there = await target.load(key);
        if (options.ifMatch !== undefined && options.ifMatch !== there?.etag)
          throw new StateConflictError(state.name, key);
        const etag = await target.store(key, value, there?.etag ?? null);
        if (options.json) console.log(JSON.stringify({ key, etag, bytes: value.byteLength }, null, 2));
        else say(`Stored: ${key}, ${value.byteLength} bytes.`);
      });
    });
}

/** The first store has it; the mirror brings it to the other one. */
export function tellOnly(error: unknown): void {
  console.error(wrapped(`Not in the new store yet: ${(error as Error).message}`, process.stderr));
}

async function readValue(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new CommandError(EXIT.usage, `${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

async function writeNew(file: string, value: Uint8Array): Promise<void> {
  try {
    await writeFile(file, value, { flag: 'wx' });
  } catch (cause) {
    throw new CommandError(EXIT.refused, `${file} cannot be written: ${(cause as Error).message}`, { cause });
  }
}
