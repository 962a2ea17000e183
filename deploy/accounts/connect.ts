// Connects to the NATS servers of a deploy, and says in words why not.

import { AuthorizationError, credsAuthenticator, type NatsConnection, wsconnect } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { CommandError, EXIT } from '../../cli/exit.ts';
import { waitFor } from '../../waiting/wait-for.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/** A claim that one server took is on the others soon after. */
const SPREAD_TIMEOUT_MS = 10_000;
const SPREAD_POLL_MS = 250;

export interface Login {
  readonly url: string;
  /** The text of a .creds file. */
  readonly creds: string;
  /** The variable that it comes from, for the error. */
  readonly name: string;
}

/** @throws CommandError if nobody answers, or the credentials are refused */
export async function connectTo({ url, creds, name }: Login): Promise<NatsConnection> {
  const options = {
    servers: url,
    authenticator: credsAuthenticator(new TextEncoder().encode(creds)),
    timeout: CONNECT_TIMEOUT_MS,
    maxReconnectAttempts: 3,
    name: 'meridian deploy',
    // Otherwise the server's word decides, and somebody on the way could change it.
    ...(url.startsWith('tls:') && { tls: {} }),
  };
  try {
    return await (/^wss?:/.test(url) ? wsconnect(options) : connect(options));
  } catch (cause) {
    if (cause instanceof AuthorizationError || /authorization|authentication/i.test(String(cause)))
      throw new CommandError(
        EXIT.notAuthorized,
        `Synadia: the servers refused ${name}. Is it of this account, and neither expired nor revoked?`,
        { details: { code: 'secret_refused', platform: 'synadia', name }, cause },
      );
    throw new CommandError(
      EXIT.noServer,
      `Synadia: no server answered at SYNADIA_URL (${cause instanceof Error ? cause.message : 'no reason given'}).`,
      { details: { code: 'no_server', platform: 'synadia' }, cause },
    );
  }
}

/** For an account that was just pushed: one server may not know it yet. */
export async function connectToNew(login: Login): Promise<NatsConnection> {
  try {
    return await waitFor(
      'the account on this server',
      { timeoutMs: SPREAD_TIMEOUT_MS, pollMs: SPREAD_POLL_MS },
      () => connectTo(login),
    );
  } catch (error) {
    throw (error as Error).cause ?? error;
  }
}
