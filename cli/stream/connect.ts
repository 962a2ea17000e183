// The NATS servers that hold a copy: those behind the edge, or any others.

import { AuthorizationError, type NatsConnection, UserAuthenticationExpiredError } from '@nats-io/nats-core';
import { dialNats } from '../../state/nats-kv/connect-nats.ts';
import { secretsOf } from '../../state/secrets.ts';
import { resolveConnection } from '../connection.ts';
import { CommandError, EXIT } from '../exit.ts';

/** @param nats address of a server; absent: NATS_URL, else the edge as other commands find it */
export async function connectToServers(nats: string | undefined): Promise<NatsConnection> {
  const url = nats ?? (process.env.NATS_URL || (await urlOfEdge()));
  const secret = secretsOf(process.env);
  try {
    return await dialNats({ url, name: url, encrypted: 'tls:// or wss://' }, secret);
  } catch (cause) {
    if (cause instanceof AuthorizationError || cause instanceof UserAuthenticationExpiredError)
      throw new CommandError(
        EXIT.notAuthorized,
        `${url} refuses the credentials: set NATS_CREDS (a file), NATS_TOKEN, or NATS_USER and NATS_PASSWORD.`,
        { details: { code: 'not_authorized' }, cause },
      );
    const isOurs = cause instanceof Error && cause.name === 'StateInvalidError';
    throw new CommandError(
      isOurs ? EXIT.usage : EXIT.noServer,
      isOurs ? cause.message : `No NATS server answered at ${url} (${(cause as Error).message}).`,
      { details: { code: isOurs ? 'invalid' : 'no_server' }, cause },
    );
  }
}

async function urlOfEdge(): Promise<string> {
  const { url } = await resolveConnection({});
  return url.origin.replace(/^http/, 'ws');
}
