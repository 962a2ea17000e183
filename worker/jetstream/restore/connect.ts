// A connection of Meridian's own to a NATS server, over an upgrade that a region's object answers.

import { AuthorizationError, credsAuthenticator, type NatsConnection, wsconnect } from '@nats-io/nats-core';
import { OWN_NAME } from '../../own-connections.ts';
import type { Login } from './credentials.ts';

/** A client comes as `/`: this path is only for what runs in the deployment itself. */
export const OWN_URL = 'http://nats-region/own';

/** Servers and their objects answer within a round trip or two. */
const CONNECT_TIMEOUT_MS = 5_000;

type Dial = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Connects, and does not reconnect: whoever uses it begins again.
 *
 * @param dial sends an upgrade
 * @throws Error if the upgrade is refused or not answered, or the server refuses the login
 */
export async function connectOver(dial: Dial, login: Login): Promise<NatsConnection> {
  const { creds, ...plain } = { creds: undefined, ...login };
  // Before the client has it: that waits for a socket without end.
  const socket = await inTime(socketOver(dial), (late) => {
    late.accept();
    late.close();
  });
  const connecting = wsconnect({
    servers: 'ws://nats-region',
    name: OWN_NAME,
    reconnect: false,
    timeout: CONNECT_TIMEOUT_MS,
    ignoreClusterUpdates: true,
    ...plain,
    ...(creds !== undefined && { authenticator: credsAuthenticator(new TextEncoder().encode(creds)) }),
    wsFactory: async () => {
      socket.accept();
      return { socket: socket as unknown as globalThis.WebSocket, encrypted: false };
    },
  });
  return inTime(connecting, disconnect);
}

/**
 * As above, with the next login where the server does not know one: while credentials are changed.
 *
 * @throws Error of the last one that was tried
 */
export async function connectWithAny(
  dial: Dial,
  [login, ...others]: readonly [Login, ...Login[]],
): Promise<NatsConnection> {
  try {
    return await connectOver(dial, login);
  } catch (error) {
    const [next, ...more] = others;
    if (next === undefined || !(error instanceof AuthorizationError)) throw error;
    return connectWithAny(dial, [next, ...more]);
  }
}

async function socketOver(dial: Dial): Promise<WebSocket> {
  const response = await dial(OWN_URL, { headers: { upgrade: 'websocket' } });
  const socket = response.webSocket;
  if (socket === null) throw new Error(`${response.status}: ${await response.text()}`);
  // The client takes no note of a socket that fails once it is connected.
  socket.addEventListener('error', ({ message }) => {
    const reason = message || 'the server is gone';
    socket.dispatchEvent(new CloseEvent('close', { code: 1006, reason, wasClean: false }));
  });
  return socket;
}

/** @param drop what comes too late */
async function inTime<T>(work: Promise<T>, drop: (late: T) => void): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`no answer within ${CONNECT_TIMEOUT_MS / 1000} s`));
    void work.then(drop, () => {});
  }, CONNECT_TIMEOUT_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Closes a connection without waiting for it: one whose server is gone would never say that it is closed. */
export function disconnect(connection: NatsConnection): void {
  void connection.close().catch(() => {});
}
