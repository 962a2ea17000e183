// The stores that a command of `regions state` works on: their options, and how they are opened and closed.

import type { Command } from 'commander';
import type { StateBackend } from '../../state/backend.ts';
import { StateInvalidError } from '../../state/errors.ts';
import { parseLocation } from '../../state/location.ts';
import { openState } from '../../state/open.ts';
import { type Side, secretsOf } from '../../state/secrets.ts';
import { CommandError, EXIT } from '../exit.ts';
import { inWords } from './state-errors.ts';

export interface TwoStores {
  readonly from: string;
  readonly to: string;
}

/** Adds `--from` and `--to`. */
export function withTwoStores(command: Command): Command {
  return command
    .requiredOption('--from <url>', 'the old store: r2://, nats-kv:// or file://')
    .requiredOption('--to <url>', 'the new one');
}

/** Adds `--at`. */
export function withOneStore(command: Command): Command {
  return command.requiredOption('--at <url>', 'the store: r2://, nats-kv:// or file://');
}

/** @throws CommandError */
export function onTwo<T>(
  { from, to }: TwoStores,
  work: (from: StateBackend, to: StateBackend) => Promise<T>,
): Promise<T> {
  return inWords(async () => {
    await using undo = new AsyncDisposableStack();
    // Both URLs are looked at before anybody is asked.
    check(from, '--from');
    check(to, '--to');
    // The stores are closed when it has ended.
    return await work(await open(from, 'from', undo), await open(to, 'to', undo));
  });
}

/** With `also`, another one, by default the one that it is copied to. @throws CommandError */
export function onOne<T>(
  {
    at,
    also,
    option = '--also',
  }: { readonly at: string; readonly also?: string | undefined; readonly option?: string },
  work: (state: StateBackend, copy: StateBackend | undefined) => Promise<T>,
): Promise<T> {
  return inWords(async () => {
    await using undo = new AsyncDisposableStack();
    check(at, '--at');
    if (also !== undefined) check(also, option);
    const state = await openState(
      at,
      '--at',
      secretsOf(process.env, also === undefined ? undefined : 'from'),
    );
    undo.defer(() => state.close());
    return await work(state, also === undefined ? undefined : await open(also, 'to', undo));
  });
}

/** The arguments are wrong, not what is there. */
function check(url: string, option: string): void {
  try {
    parseLocation(url, option);
  } catch (error) {
    if (!(error instanceof StateInvalidError)) throw error;
    throw new CommandError(EXIT.usage, error.message, { details: { code: 'state_url' }, cause: error });
  }
}

async function open(url: string, side: Side, undo: AsyncDisposableStack): Promise<StateBackend> {
  const state = await openState(url, `--${side}`, secretsOf(process.env, side));
  undo.defer(() => state.close());
  return state;
}
