// Opens one WebSocket by hand, before any client does: a WebSocket in Node tells neither the status nor the words with
// which it was refused, and what answers may be no NATS at all.

import { randomBytes } from 'node:crypto';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { PATHS } from '../../api/paths.ts';

/** What came of it. */
export type Probed =
  | { readonly kind: 'nats' }
  /** Refused with a status of HTTP. */
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string }
  /** Taken, and closed before anything came. */
  | { readonly kind: 'closed' }
  /** Taken, and what came is not what a NATS server begins with. */
  | { readonly kind: 'garbage'; readonly start: string }
  | { readonly kind: 'silent' }
  /** No answer of HTTP at all. */
  | { readonly kind: 'unanswered'; readonly reason: string };

/** The first words of every NATS server. */
const GREETING = 'INFO {';

const START_BYTES = 40;

/** @param url of the edge, http or https */
export async function probeUpgrade(url: string, timeoutMs: number): Promise<Probed> {
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  const request = send(url + PATHS.nats, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    },
  });
  const { promise, resolve } = Promise.withResolvers<Probed>();
  request.on('response', (response) => void refusalOf(response).then(resolve));
  request.on('upgrade', (_response, socket, head) => listen(socket, head, resolve));
  request.on('error', (error) => resolve({ kind: 'unanswered', reason: error.message }));
  const timer = setTimeout(() => resolve({ kind: 'silent' }), timeoutMs);
  request.end();
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    request.destroy();
  }
}

function listen(socket: Duplex, head: Buffer, resolve: (probed: Probed) => void): void {
  let received = head;
  const look = () => {
    // Before the payload of a frame stand two to ten bytes.
    const start = received.toString('latin1');
    if (start.slice(0, 10 + GREETING.length).includes(GREETING)) resolve({ kind: 'nats' });
    else if (received.length >= 10 + GREETING.length)
      resolve({ kind: 'garbage', start: printable(start.slice(0, START_BYTES)) });
    else return;
    socket.destroy();
  };
  const ended = () =>
    resolve(
      received.length > CLOSE_BYTES
        ? { kind: 'garbage', start: printable(received.toString('latin1')) }
        : { kind: 'closed' },
    );
  socket.on('data', (more: Buffer) => {
    received = Buffer.concat([received, more]);
    look();
  });
  socket.on('error', ended);
  socket.on('close', ended);
  look();
}

/** A frame that says no more than that it closes, and why in a few words. */
const CLOSE_BYTES = 4;

function printable(start: string): string {
  return start.replace(/[^\x20-\x7e]/g, '.');
}

async function refusalOf(response: IncomingMessage): Promise<Probed> {
  const body = await text(response).catch(() => '');
  return { kind: 'refused', status: response.statusCode ?? 0, reason: messageIn(body) };
}

/** The message of Meridian's errors, else the beginning of what was answered. */
function messageIn(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: unknown } };
    if (typeof error?.message === 'string') return error.message;
  } catch {
    // Not one of Meridian's.
  }
  return printable(body.slice(0, 120)).trim();
}
