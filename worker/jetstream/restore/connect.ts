// A connection of Meridian's own to a NATS server, over an upgrade that a region's object answers.

import { credsAuthenticator, type NatsConnection, wsconnect } from '@nats-io/nats-core';
import type { Login } from './credentials.ts';

/** A client comes as `/`: this path is only for what runs in the deployment itself. */
export const OWN_URL = 'http://nats-region/own';

/** Servers and their objects answer within a round trip or two. */
const CONNECT_TIMEOUT_MS = 5_000;

/** How its connections are called in `connz`. */
export const OWN_NAME = 'meridian';

/**
 * Connects, and does not reconnect: whoever uses it begins again.
 *
 * @param dial sends an upgrade
 * @throws Error if the upgrade is refused, or the server refuses the login
 */
export function connectOver(
  dial: (url: string, init: RequestInit) => Promise<Response>,
  login: Login,
): Promise<NatsConnection> {
  const { creds, ...plain } = { creds: undefined, ...login };
  return wsconnect({
    servers: 'ws://nats-region',
    name: OWN_NAME,
    reconnect: false,
    timeout: CONNECT_TIMEOUT_MS,
    ignoreClusterUpdates: true,
    ...plain,
    ...(creds !== undefined && { authenticator: credsAuthenticator(new TextEncoder().encode(creds)) }),
    wsFactory: async () => {
      const response = await dial(OWN_URL, { headers: { upgrade: 'websocket' } });
      const socket = response.webSocket;
      if (socket === null) throw new Error(`${response.status}: ${await response.text()}`);
      socket.accept();
      return { socket: socket as unknown as globalThis.WebSocket, encrypted: false };
    },
  });
}
