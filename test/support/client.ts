// The official nats.js over Node's own WebSocket, pretending to be in any city.

import { channel } from 'node:diagnostics_channel';
import { type NatsConnection, type WsConnectionOptions, wsconnect } from '@nats-io/nats-core';
import { cfOf, type Place, standingIn } from './data/places.ts';

export type { NatsConnection };

export interface Client {
  readonly nats: NatsConnection;
  /** Id of the region whose server the client is connected to at this moment. */
  readonly region: string;
  /** Headers of the latest 101. */
  readonly upgradeHeaders: Readonly<Record<string, string>>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export type ClientOptions = Omit<WsConnectionOptions, 'servers' | 'wsFactory'> & {
  /** Headers of the upgrade, besides those that say where the client is. */
  readonly headers?: Readonly<Record<string, string>>;
};

/** nats.js waits 2 s before a retry; suites that need many retries set less. */
const RECONNECT_WAIT_MS = 100;

/** Connects from a place, or, if it is undefined, from where this machine is. It reconnects for ever. */
export async function connectFrom(
  url: string,
  place: Place | undefined,
  { headers = {}, ...options }: ClientOptions = {},
): Promise<Client> {
  const upgrade = { ...(place && standingIn(cfOf(place))), ...headers };
  let upgradeHeaders: Readonly<Record<string, string>> = {};
  const nats = await wsconnect({
    ...credentials(),
    reconnectTimeWait: RECONNECT_WAIT_MS,
    maxReconnectAttempts: -1,
    ...options,
    servers: url,
    wsFactory: async (server) => {
      const socket = new WebSocket(server, { headers: upgrade });
      onUpgrade(socket, (received) => {
        upgradeHeaders = received;
      });
      return { socket, encrypted: server.startsWith('wss:') };
    },
  });
  const close = () => nats.close();
  return {
    nats,
    get region() {
      return (nats.info?.server_name ?? '').replace(/^nats-/, '');
    },
    get upgradeHeaders() {
      return upgradeHeaders;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface OpenEvent {
  readonly websocket: WebSocket;
  readonly handshakeResponse: { readonly headers: Readonly<Record<string, string>> };
}

/** The WebSocket API hides the headers of the 101; undici, on which Node's is built, publishes them for diagnostics. */
function onUpgrade(socket: WebSocket, tell: (headers: Readonly<Record<string, string>>) => void): void {
  const opened = channel('undici:websocket:open');
  const listener = (message: unknown) => {
    const { websocket, handshakeResponse } = message as OpenEvent;
    if (websocket !== socket) return;
    opened.unsubscribe(listener);
    tell(handshakeResponse.headers);
  };
  opened.subscribe(listener);
  socket.addEventListener('error', () => opened.unsubscribe(listener), { once: true });
}

/**
 * The credentials for a deployment, as options of nats.js: MERIDIAN_NATS_USER and MERIDIAN_NATS_PASSWORD, or
 * MERIDIAN_NATS_TOKEN. With all of them the user, since a rotated token is followed by one. The local stack requires none.
 */
export function credentials(): { token?: string; user?: string; pass?: string } {
  const { MERIDIAN_NATS_TOKEN: token, MERIDIAN_NATS_USER: user, MERIDIAN_NATS_PASSWORD: pass } = process.env;
  if (user && pass) return { user, pass };
  return token ? { token } : {};
}
