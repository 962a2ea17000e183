// `sessions connect NAME [-- COMMAND]`: connects and says how far it is, or runs a command that is to use the session's
// server.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { wsconnect } from '@nats-io/nats-core';
import { Command } from 'commander';
import type { SessionDetail } from '../../api/sessions.ts';
import { type ConnectionOptions, withConnection } from '../connection.ts';
import { CommandError, EXIT } from '../exit.ts';
import { openClient } from '../live.ts';
import { printable } from '../printable.ts';
import { say } from '../wrap.ts';

/** As shells report a command that is not there. */
const NOT_FOUND = 127;

/** A server that sleeps is started first. */
const CONNECT_TIMEOUT_MS = 30_000;

interface Options extends ConnectionOptions {
  readonly json?: true;
}

/** Makes the subcommand. */
export function connectCommand(): Command {
  return withConnection(new Command('connect'))
    .description(
      'connect to the server of a session; with a command, run it with NATS_URL and NATS_TOKEN (of a joined one NATS_USER and NATS_PASSWORD) in its environment',
    )
    .argument('<name>', 'its name, or its id')
    .argument('[cmd...]', 'after --: what to run; its exit code is that of this command')
    .option('--json', 'print the connection as JSON')
    .action(async (name: string, command: readonly string[], { json, ...options }: Options) => {
      const session = await (await openClient(options)).session(name);
      if (command.length > 0) {
        process.exitCode = await run(command, session);
        return;
      }
      const { server, version, rttMs } = await look(session);
      if (json) console.log(JSON.stringify({ id: session.id, server, version, rttMs }, null, 2));
      else say(printable(`connected to ${server} (nats-server ${version}), ${rttMs} ms there and back`));
    });
}

async function look({ name, url, token, user }: SessionDetail) {
  try {
    const credentials = user === undefined ? { token } : { user, pass: token };
    const options = { servers: url, reconnect: false, timeout: CONNECT_TIMEOUT_MS };
    const client = await wsconnect({ ...options, ...credentials });
    try {
      const { server_name: server = '', version = '' } = client.info ?? {};
      return { server, version, rttMs: await client.rtt() };
    } finally {
      await client.close();
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(
      EXIT.noServer,
      `Session ${printable(name)} does not take the client: ${printable(why)}.`,
      {
        details: { code: 'session_unavailable' },
        cause,
      },
    );
  }
}

/** Returns its exit code; 128 + n if signal n ended it. */
async function run(
  [file = '', ...args]: readonly string[],
  { url, token, user }: SessionDetail,
): Promise<number> {
  const credentials = user === undefined ? { NATS_TOKEN: token } : { NATS_USER: user, NATS_PASSWORD: token };
  const env = { ...process.env, NATS_URL: url, ...credentials };
  const child = spawn(file, args, { stdio: 'inherit', env });
  // Ctrl-C is for the command, which gets it from the terminal as well.
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
  } catch (cause) {
    console.error(`${file} cannot be run: ${(cause as Error).message}.`);
    return NOT_FOUND;
  } finally {
    process.off('SIGINT', ignore);
  }
}
