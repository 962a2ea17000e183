// Opens a connection of nats.js over a WebSocket that can be given up, and says in words why it could not.

import { errors, type NatsConnection, type WsConnectionOptions, wsconnect } from '@nats-io/nats-core';
import { Handshake } from './handshake.ts';

/**
 * @param dialling told of each attempt, of the first one and of those to connect again
 * @throws Error of nats.js, or the signal's reason
 */
export async function open(
  options: WsConnectionOptions,
  { signal, dialling }: { readonly signal: AbortSignal; readonly dialling: () => void },
): Promise<NatsConnection> {
  signal.throwIfAborted();
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  let handshake: Handshake | undefined;
  const wsFactory: WsConnectionOptions['wsFactory'] = async (url, given) => {
    dialling();
    const made = await options.wsFactory?.(url, given);
    const opened = made ?? { socket: new WebSocket(url), encrypted: url.startsWith('wss:') };
    handshake = new Handshake(opened.socket);
    return opened;
  };
  const giveUp = () => {
    reject(signal.reason);
    handshake?.giveUp();
  };
  signal.addEventListener('abort', giveUp);
  const connecting = wsconnect({ ...options, wsFactory });
  try {
    return await Promise.race([connecting, givenUp]);
  } catch (cause) {
    // It may be connected after all.
    connecting.then(
      (late) => late.close(),
      () => undefined,
    );
    signal.throwIfAborted();
    if (Handshake.hasEnded(cause)) throw new Error('it ended before the server had answered', { cause });
    if (!(cause instanceof errors.TimeoutError)) throw cause;
    const seconds = (options.timeout ?? 0) / 1000;
    throw new Error(`waited ${seconds} s for a server to answer, in vain`, { cause });
  } finally {
    signal.removeEventListener('abort', giveUp);
    givenUp.catch(() => undefined);
  }
}
