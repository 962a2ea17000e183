// Reads all messages of a stream, in batches, from a server that may answer for it directly (`allow_direct`).

import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/nats-core';
import { type DigestedMessage, TTL_HEADER } from './digest.ts';

const BATCH = 256;
const BATCH_BYTES = 4 * 2 ** 20;

/** Between two messages of a batch. */
const SILENCE_MS = 10_000;

/** Statuses that end a batch: it is complete; there is no message from that sequence on. */
const END_OF_BATCH = 204;
const NO_MESSAGE = 404;

/**
 * The messages in their order, but for those with a time to live.
 *
 * @throws Error if the server stops in between
 */
export async function* messagesOf(
  connection: NatsConnection,
  stream: string,
): AsyncGenerator<DigestedMessage> {
  let next = 1;
  for (;;) {
    let last = 0;
    for (const message of await batchFrom(connection, stream, next)) {
      const { headers } = message;
      if (headers === undefined)
        throw new Error(`stream ${stream} answers without saying which message it is`);
      last = Number(headers.get('Nats-Sequence'));
      if (!headers.has(TTL_HEADER)) yield digested(message, headers);
    }
    if (last === 0) return;
    next = last + 1;
  }
}

function digested({ data }: Msg, headers: MsgHdrs): DigestedMessage {
  return {
    sequence: Number(headers.get('Nats-Sequence')),
    timestampNs: nanosecondsOf(headers.get('Nats-Time-Stamp')),
    subject: headers.get('Nats-Subject'),
    payload: data,
  };
}

function batchFrom(connection: NatsConnection, stream: string, seq: number): Promise<readonly Msg[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Msg[]>();
  const inbox = createInbox();
  const messages: Msg[] = [];
  const silent = () => reject(new Error(`stream ${stream} does not answer for its messages from ${seq} on`));
  let timer = setTimeout(silent, SILENCE_MS);
  const subscription = connection.subscribe(inbox, {
    callback: (error, message) => {
      clearTimeout(timer);
      timer = setTimeout(silent, SILENCE_MS);
      const { code = 0, description } = message.headers ?? {};
      if (error !== null) reject(error);
      else if (code === END_OF_BATCH || code === NO_MESSAGE) resolve(messages);
      else if (code >= 400) reject(new Error(`stream ${stream}: ${code} ${description}`));
      else messages.push(message);
    },
  });
  const request = JSON.stringify({ seq, batch: BATCH, max_bytes: BATCH_BYTES });
  connection.publish(`$JS.API.DIRECT.GET.${stream}`, request, { reply: inbox });
  return promise.finally(() => {
    clearTimeout(timer);
    subscription.unsubscribe();
  });
}

/** Of a time in RFC 3339 with up to nine digits of a second, ns since the epoch. */
export function nanosecondsOf(time: string): bigint {
  const [, seconds = '', fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(time) ?? [];
  const ms = Date.parse(`${seconds}Z`);
  if (Number.isNaN(ms)) throw new Error(`"${time}" is not a time`);
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
