// A WebSocket upgrade by hand: for what a WebSocket client hides (the status and body of a refusal) and for what
// it would never do (vanish without a word).

import { randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Upgraded {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Of a refusal. */
  readonly body: string;
  /** Of a 101; it is the caller's to end. */
  readonly socket: Socket | undefined;
}

export interface UpgradeOptions {
  /** Address to come from, where the machine has several. */
  readonly localAddress?: string;
  /** Has the client leave. */
  readonly signal?: AbortSignal;
}

export function rawUpgrade(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  options: UpgradeOptions = {},
): Promise<Upgraded> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      ...options,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
        ...headers,
      },
    });
    sent.once('error', reject);
    sent.once('upgrade', ({ statusCode = 0, headers }, socket: Socket) =>
      resolve({ status: statusCode, headers, body: '', socket }),
    );
    sent.once('response', (response) => {
      const { statusCode = 0, headers } = response;
      text(response).then(
        (body) => resolve({ status: statusCode, headers, body, socket: undefined }),
        reject,
      );
    });
    sent.end();
  });
}

const FINAL_BINARY_FRAME = 0x82;
const MASKED = 0x80;

/** Longest payload whose length fits in a frame's second byte (RFC 6455, 5.2). */
const MAX_SHORT_PAYLOAD_BYTES = 125;

/** A frame as a client sends it, masked with zeros. */
export function clientFrame(payload: string): Buffer {
  const bytes = Buffer.from(payload);
  if (bytes.length > MAX_SHORT_PAYLOAD_BYTES)
    throw new Error(`${bytes.length} bytes need a longer frame than clientFrame makes`);
  return Buffer.concat([Buffer.from([FINAL_BINARY_FRAME, MASKED | bytes.length, 0, 0, 0, 0]), bytes]);
}
