// Opens a connection of nats.js over a WebSocket that can be given up, and of which it is noticed when it breaks before the server
// has answered: nats.js alone waits for its whole timeout then.

import { errors, type NatsConnection, type WsConnectionOptions, wsconnect } from '@nats-io/nats-core';

/** nats.js says first why a server closed the connection, if that said so. */
const NATS_FIRST_MS = 100;

type Socket = Awaited<ReturnType<NonNullable<WsConnectionOptions['wsFactory']>>>['socket'];

/**
 * @param dialling told of each attempt, of the first one and of those to connect again
 * @throws Error of nats.js, or the signal's reason
 */
export async function open(
  options: WsConnectionOptions,
  { signal, dialling }: { readonly signal: AbortSignal; readonly dialling: () => void },
): Promise<NatsConnection> {
  signal.throwIfAborted();
  const { promise: broken, reject } = Promise.withResolvers<never>();
  let dialled: Socket | undefined;
  let isOver = false;
  const wsFactory: WsConnectionOptions['wsFactory'] = async (url, given) => {
    dialling();
    const made = options.wsFactory?.(url, given);
    const { socket, encrypted } = (await made) ?? {
      socket: new WebSocket(url),
      encrypted: url.startsWith('wss:'),
    };
    endsInWords(socket);
    if (isOver) return { socket, encrypted };
    dialled = socket;
    socket.addEventListener('close', () =>
      setTimeout(() => reject(new Error('it was closed before the server had answered')), NATS_FIRST_MS),
    );
    return { socket, encrypted };
  };
  const giveUp = () => {
    reject(signal.reason);
    dialled?.close();
  };
  signal.addEventListener('abort', giveUp);
  const connecting = wsconnect({ ...options, wsFactory });
  try {
    return await Promise.race([connecting, broken]);
  } catch (cause) {
    // It may be connected after all.
    connecting.then(
      (late) => late.close(),
      () => undefined,
    );
    if (!(cause instanceof errors.TimeoutError)) throw cause;
    const seconds = (options.timeout ?? 0) / 1000;
    throw new Error(`waited ${seconds} s for a server to answer, in vain`, { cause });
  } finally {
    isOver = true;
    signal.removeEventListener('abort', giveUp);
    broken.catch(() => undefined);
  }
}

/** nats.js hears of a WebSocket that ends without a message by an error alone. */
function endsInWords(socket: Socket): void {
  let isSilent = true;
  socket.addEventListener('message', () => (isSilent = false), { once: true });
  socket.addEventListener('close', () => {
    if (isSilent) socket.dispatchEvent(new Event('error'));
  });
}
