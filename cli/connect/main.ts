// `meridian connect`, `npm run connect`: NATS clients and tools that speak only TCP, such as the `nats` command, reach the edge
// by way of this machine.

import { isIP } from 'node:net';
import { styleText } from 'node:util';
import { Command, InvalidArgumentError, Option } from 'commander';
import { PREFER_REGION_HEADER, SESSION_HEADER } from '../../api/headers.ts';
import { PATHS } from '../../api/paths.ts';
import { resolveConnection } from '../connection.ts';
import { CommandError, EXIT, EXIT_CODES_HELP } from '../exit.ts';
import { printable } from '../printable.ts';
import { runProgram } from '../program.ts';
import { say } from '../wrap.ts';
import { type Address, type Listener, listen } from './listener.ts';

interface Options {
  readonly url?: string;
  readonly listen: Address;
  readonly region?: string;
  readonly session?: string;
  readonly quiet?: true;
}

const USUAL: Address = { host: '127.0.0.1', port: 4222 };

const program = new Command('connect')
  .usage('[options]')
  .description('Carries NATS clients of TCP on this machine to the edge, each to its best region.')
  .option('--url <url>', 'the edge (default: MERIDIAN_URL, else the local stack that runs)')
  .addOption(
    new Option('--listen <address>', 'where clients connect, an address of this machine and a port')
      .argParser(addressOf)
      .default(USUAL, `${USUAL.host}:${USUAL.port}`),
  )
  .option('--region <ids>', 'prefer these regions, best first, separated by commas')
  .option('--session <id>', 'carry to the server of this session, in place of a region')
  .option('--quiet', 'say nothing of single clients')
  .addHelpText(
    'after',
    `
While it runs, in another terminal:
  $ nats --server nats://127.0.0.1:4222 pub greet hello
Clients authenticate as they would at the edge: their credentials are passed on.
When a region lets go of its clients, or is gone, they connect again and get the
region that is best then. Ctrl-C ends it.
${EXIT_CODES_HELP}`,
  )
  .action(run);

await runProgram(program, []);

async function run({ url, listen: at, region, session, quiet }: Options): Promise<void> {
  const edge = (await resolveConnection(url === undefined ? {} : { url })).url;
  const target = {
    url: webSocketUrl(edge),
    headers: {
      ...(region !== undefined && { [PREFER_REGION_HEADER]: region }),
      ...(session !== undefined && { [SESSION_HEADER]: session }),
    },
  };
  const tell = (client: number, what: string) => quiet ?? say(`client ${client} ${printable(what)}`);
  const listener = await listenOr({ at, target, tell });
  if (!isLoopback(at.host))
    say(
      styleText(
        'yellow',
        `${at.host} is reached from other machines too, and what clients send there, passwords included, can be read on the way.`,
      ),
    );
  say(`nats://${hostText(at.host)}:${listener.port} leads to ${target.url.origin}; Ctrl-C ends it`);
  const stop = () => void listener.close().finally(() => process.exit());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop);
}

async function listenOr(options: Parameters<typeof listen>[0]): Promise<Listener> {
  const { host, port } = options.at;
  try {
    return await listen(options);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why =
      code === 'EADDRINUSE'
        ? 'something listens there already, perhaps a nats-server: end that, or take another port with --listen'
        : message;
    throw new CommandError(EXIT.refused, `${hostText(host)}:${port} cannot be had: ${why}.`, { cause });
  }
}

function webSocketUrl(edge: URL): URL {
  const url = new URL(PATHS.nats, edge);
  url.protocol = edge.protocol === 'https:' || edge.protocol === 'wss:' ? 'wss:' : 'ws:';
  return url;
}

/** `127.0.0.1:4222`, `[::1]:4222`, or a port alone. */
function addressOf(text: string): Address {
  const [, host = USUAL.host, digits = ''] = /^(?:(.*):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (digits === '' || port > 65_535 || (bare !== 'localhost' && isIP(bare) === 0))
    throw new InvalidArgumentError(
      'It must be an address of this machine and a port, such as 127.0.0.1:4222.',
    );
  return { host: bare, port };
}

function hostText(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
