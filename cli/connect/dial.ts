// Opens the WebSocket of one client at the edge, and says which region took it, or why none did.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocket } from 'ws';
import { REGION_HEADER } from '../../api/headers.ts';

/** As long as the edge looks for a region that takes a client, and some more. */
const DIAL_WITHIN_MS = 15_000;

/** Of an answer that is none. */
const MOST_TEXT = 10_000;

export interface Dialled {
  /** What the edge sends, and what is sent to it; destroying it ends the connection. */
  readonly stream: Duplex;
  /** Undefined if what took it is no Meridian. */
  readonly region: string | undefined;
}

/** Where clients are carried to. */
export interface Target {
  /** `ws://` or `wss://`. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** The edge takes no client; the message says why in words. */
export class DialError extends Error {
  override readonly name = 'DialError';
}

/** @throws DialError if the edge does not take the client, or does not answer; the signal's reason if it is aborted */
export function dial({ url, headers }: Target, signal: AbortSignal): Promise<Dialled> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Dialled>();
  // The servers compress nothing: it would cost them CPU.
  const socket = new WebSocket(url, {
    headers,
    perMessageDeflate: false,
    handshakeTimeout: DIAL_WITHIN_MS,
    maxPayload: 0,
  });
  // At once: a server's first message may come together with the answer to the upgrade.
  const stream = createWebSocketStream(socket, { allowHalfOpen: false });
  // The socket's own errors, which are told below.
  stream.on('error', () => undefined);
  const giveUp = () => {
    reject(signal.reason);
    stream.destroy();
  };
  signal.addEventListener('abort', giveUp);
  let region: string | undefined;
  socket.on('upgrade', ({ headers: answered }) => {
    region = headerOf(answered, REGION_HEADER);
  });
  socket.on('unexpected-response', (_request, response) => {
    void refusalOf(response).then((why) => reject(new DialError(why)));
  });
  socket.on('open', () => resolve({ stream, region }));
  socket.on('error', (cause) =>
    reject(new DialError(`${url.origin} does not answer: ${cause.message}`, { cause })),
  );
  return promise.finally(() => signal.removeEventListener('abort', giveUp));
}

/** What an answer that is no 101 says: Meridian's own errors have words. */
async function refusalOf(response: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const part of response.setEncoding('utf8')) {
      text += part;
      if (text.length > MOST_TEXT) break;
    }
  } catch {
    // The status says enough.
  }
  const status = `the edge answers ${response.statusCode}`;
  const message = messageIn(text);
  return message === undefined ? status : `${status}: ${message}`;
}

function messageIn(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { readonly error?: { readonly message?: unknown } };
    return typeof error?.message === 'string' ? error.message : undefined;
  } catch {
    return undefined;
  }
}

function headerOf(headers: IncomingMessage['headers'], name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
