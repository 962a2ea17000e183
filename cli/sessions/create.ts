// `sessions create NAME`: makes a session or finds it, and waits until its server serves.

import { Command, InvalidArgumentError, Option } from 'commander';
import { SESSION_JOINS, type SessionBody, type SessionDetail } from '../../api/sessions.ts';
import { parseDurationMs } from '../../regions/duration.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import type { AdminClient } from '../admin-client.ts';
import { positiveNumber } from '../arguments.ts';
import { type ConnectionOptions, withConnection } from '../connection.ts';
import { CommandError, EXIT } from '../exit.ts';
import { openClient } from '../live.ts';
import { printable } from '../printable.ts';
import { say } from '../wrap.ts';
import { sessionText } from './session-text.ts';

/** A cold start of a container may take half a minute. */
const STARTED_WITHIN_MS = 60_000;
const ASK_EVERY_MS = 500;

interface Options extends ConnectionOptions {
  readonly ttl?: number;
  readonly jetstream?: true;
  readonly maxConnections?: number;
  readonly maxPayload?: number;
  readonly join?: 'leaf';
  readonly region?: string;
  readonly json?: true;
}

/** Makes the subcommand. */
export function createCommand(): Command {
  return withConnection(new Command('create'))
    .description('make a session, or find it and give it more time; returns once its server serves')
    .argument('<name>', 'its name: 1 to 36 lowercase letters, digits and hyphens, such as pr-123')
    .option('--ttl <duration>', 'how long it lives, such as 30m (default: as configured)', seconds)
    .option('--jetstream', 'with JetStream')
    .option('--max-connections <count>', 'how many clients it takes (default: 100)', positiveNumber)
    .option('--max-payload <bytes>', 'its largest message (default: 1048576)', positiveNumber)
    .addOption(
      new Option('--join <how>', 'join its region, as a leaf node; shares only subjects of its own').choices(
        SESSION_JOINS,
      ),
    )
    .option('--region <id>', 'near this region, if it may serve you (default: the best one for you)')
    .option('--json', 'print it as JSON')
    .action(async (name: string, { json, region, ...options }: Options) => {
      const client = await openClient(options);
      const made = await client.createSession(bodyOf(name, options), region);
      const session = made.state === 'starting' ? await untilServed(client, made) : made;
      if (json) console.log(JSON.stringify(session, null, 2));
      else say(sessionText(session));
    });
}

/** What is not said stays as it is, if the session is there. */
function bodyOf(
  sessionId: string,
  { ttl, jetstream, maxConnections, maxPayload, join }: Options,
): SessionBody {
  const config = {
    ...(jetstream && { jetstream }),
    ...(maxConnections !== undefined && { maxConnections }),
    ...(maxPayload !== undefined && { maxPayloadBytes: maxPayload }),
    ...(join && { join }),
  };
  return {
    sessionId,
    ...(Object.keys(config).length > 0 && { config }),
    ...(ttl !== undefined && { ttlSeconds: ttl }),
  };
}

async function untilServed(client: AdminClient, { id, name }: SessionDetail): Promise<SessionDetail> {
  const options = { timeoutMs: STARTED_WITHIN_MS, pollMs: ASK_EVERY_MS };
  const settled = await waitFor(`session ${name} to start`, options, async () => {
    const session = await client.session(id);
    return session.state !== 'starting' && session;
  }).catch((cause: Error) => unserved(id, name, cause.message, cause));
  return settled.state === 'up' ? settled : unserved(id, name, settled.problem ?? `it is ${settled.state}`);
}

function unserved(id: string, name: string, why: string, cause?: Error): never {
  const message = `Session ${printable(name)} does not serve: ${printable(why)}.`;
  throw new CommandError(EXIT.noServer, message, { details: { code: 'session_unavailable', id }, cause });
}

function seconds(text: string): number {
  try {
    return parseDurationMs(text) / 1000;
  } catch {
    throw new InvalidArgumentError('Write a whole number followed by s, m or h, such as 30m.');
  }
}
