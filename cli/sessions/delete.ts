// `sessions delete NAME`: ends a session.

import { Command } from 'commander';
import { ApiError } from '../../api/api-error.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import type { AdminClient } from '../admin-client.ts';
import { type ConfirmOptions, confirm } from '../confirm.ts';
import { type ConnectionOptions, withConnection } from '../connection.ts';
import { CommandError, EXIT } from '../exit.ts';
import { openClient } from '../live.ts';
import { printable } from '../printable.ts';
import { say } from '../wrap.ts';

/** Clients have some seconds to leave; after a reset of its object it is told again within a minute. */
const GONE_WITHIN_MS = 90_000;

type Options = ConnectionOptions & ConfirmOptions & { readonly wait?: true };

/** Makes the subcommand. */
export function deleteCommand(): Command {
  return withConnection(new Command('delete'))
    .description('end a session: its clients are told to leave, then its server and what it holds are gone')
    .argument('<name>', 'its name, or its id')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--wait', 'wait until it is gone')
    .option('--json', 'print the result as JSON')
    .action(async (name: string, { wait, json, yes, ...options }: Options) => {
      const client = await openClient(options);
      const { id, clients } = await client.session(name);
      await confirm(`End ${name}, with ${clients ?? '?'} clients?`, { ...(yes && { yes }) });
      const session = await client.endSession(id);
      if (wait) await untilGone(client, id, name);
      if (json) console.log(JSON.stringify({ ...session, isGone: wait === true }, null, 2));
      else say(printable(wait ? `${name} is gone.` : `${name} ends.`));
    });
}

async function untilGone(client: AdminClient, id: string, name: string): Promise<void> {
  try {
    await waitFor(`session ${name} to end`, { timeoutMs: GONE_WITHIN_MS }, () => isGone(client, id));
  } catch (cause) {
    const message = `Session ${printable(name)} is still there after ${GONE_WITHIN_MS / 1000} s; it goes on ending.`;
    throw new CommandError(EXIT.noServer, message, { details: { code: 'session_ending', id }, cause });
  }
}

async function isGone(client: AdminClient, id: string): Promise<boolean> {
  try {
    await client.session(id);
    return false;
  } catch (error) {
    const { cause } = error as Error;
    if (cause instanceof ApiError && cause.code === 'no_such_session') return true;
    throw error;
  }
}
