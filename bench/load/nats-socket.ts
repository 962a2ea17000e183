// A NATS connection for benchmarks, over WebSocket (`ws://`) or TCP (`nats://`). It does as little work per message as
// Node allows, so that the servers are measured. No reconnects: a connection that ends is an error.

import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { credsAuthenticator } from '@nats-io/nats-core';
import { withTimeout } from '../../waiting/with-timeout.ts';
import { NatsStream } from './nats-stream.ts';
import { clientFrame, FrameStream, pongFrame } from './websocket-frames.ts';

export interface NatsSocketOptions {
  readonly onMessage?: (payloadBytes: number, reply: string) => void;
  /** Whether `onMessage` gets the reply subject, which costs more. */
  readonly wantsReply?: boolean;
  /** After each chunk from the network. */
  readonly onChunk?: () => void;
  /** Called once, if the connection ended without `close`. */
  readonly onEnd?: (error: Error) => void;
  /** The text of a credentials file. Absent: anybody may connect. */
  readonly creds?: string | undefined;
  /** A sleeping region has to start first. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 20_000;

/** All sockets read into one buffer, since each is done with it before the next gets it. */
const SHARED_READ_BYTES = 256 * 1024;
const shared = Buffer.allocUnsafeSlow(SHARED_READ_BYTES);

const CONNECT = {
  ...{ verbose: false, pedantic: false, lang: 'bench', version: '1', protocol: 1 },
  ...{ echo: true, headers: true, no_responders: false },
};
const END_OF_HEAD = '\r\n\r\n';

/**
 * Connects and returns once the server has answered the first PING.
 *
 * @param url its fragment, if any, is the server that the client says it had: `ws://host/#weur.2`
 */
export async function connectNats(url: string, options: NatsSocketOptions = {}): Promise<NatsSocket> {
  const socket = new NatsSocket(new URL(url), options);
  try {
    await socket.ready;
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

export class NatsSocket {
  readonly ready: Promise<void>;
  readonly #options: NatsSocketOptions;
  readonly #isWebSocket: boolean;
  readonly #socket: Socket;
  readonly #nats: NatsStream;
  readonly #frames: FrameStream;
  /** Waiting for a PONG, oldest first. */
  readonly #pongs: (() => void)[] = [];
  #failed: (error: Error) => void = () => {};
  #drained: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  #head: Buffer | undefined;
  #serverName = '';
  #ended = false;

  constructor(url: URL, options: NatsSocketOptions) {
    this.#options = options;
    this.#isWebSocket = url.protocol === 'ws:';
    this.#head = this.#isWebSocket ? Buffer.alloc(0) : undefined;
    this.#nats = this.#natsStream();
    this.#frames = new FrameStream({
      onData: (bytes) => this.#nats.push(bytes),
      onPing: (payload) => void this.#socket.write(pongFrame(payload)),
      onClose: (code) => this.#end(new Error(`the WebSocket was closed with code ${code ?? 'none'}`)),
    });
    this.#socket = connect({
      host: url.hostname,
      port: Number(url.port),
      noDelay: true,
      onread: { buffer: shared, callback: (count, buffer) => this.#read(buffer, count) },
    });
    this.#socket.once('connect', () => {
      if (this.#isWebSocket) this.#socket.write(upgradeOf(url));
    });
    this.#socket.on('drain', () => {
      this.#drained?.resolve();
      this.#drained = undefined;
    });
    this.#socket.once('error', (error) => this.#end(error));
    this.#socket.once('close', () => this.#end(new Error(`${url.host} closed the connection`)));
    this.ready = this.#handshake(url, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  }

  /** The `server_name` that the server's INFO gave. */
  get serverName(): string {
    return this.#serverName;
  }

  /** Bytes on their way, which the kernel has not taken yet. */
  get pendingBytes(): number {
    return this.#socket.writableLength;
  }

  /** Protocol lines, as they go over this connection: prepare once, then `send` often. */
  prepare(protocol: Buffer): Buffer {
    return this.#isWebSocket ? clientFrame(protocol) : protocol;
  }

  /** Sends what `prepare` made. False when it is time to wait for `drained`. */
  send(prepared: Buffer): boolean {
    return this.#socket.write(prepared);
  }

  write(protocol: string): void {
    this.#socket.write(this.prepare(Buffer.from(protocol, 'latin1')));
  }

  /** Resolves when what was sent has gone out; rejects when the connection ended. */
  drained(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(new Error('the connection has ended'));
      this.#drained = { resolve, reject };
    });
  }

  /** A round trip: everything sent before has been processed by the server. */
  ping(): Promise<void> {
    return new Promise((resolve) => {
      this.#pongs.push(resolve);
      this.#socket.write(this.#ping);
    });
  }

  close(): void {
    this.#ended = true;
    this.#socket.destroy();
  }

  get #ping(): Buffer {
    return this.#isWebSocket ? PING_FRAME : PING_LINE;
  }

  #natsStream(): NatsStream {
    const { onMessage = () => {}, wantsReply = false } = this.#options;
    return new NatsStream({
      onMessage,
      wantsReply,
      onPing: () => this.write('PONG\r\n'),
      onPong: () => this.#pongs.shift()?.(),
      onInfo: (json) => this.#info(json),
      onError: (text) => this.#end(new Error(`nats-server: ${text}`)),
    });
  }

  async #handshake(url: URL, timeoutMs: number): Promise<void> {
    const answered = new Promise<void>((resolve, reject) => {
      this.#pongs.push(resolve);
      this.#failed = reject;
    });
    try {
      await withTimeout(answered, timeoutMs, `${url.host} did not answer within ${timeoutMs} ms`);
    } finally {
      this.#failed = () => {};
    }
  }

  #info(json: string): void {
    const isFirst = this.#serverName === '';
    const { server_name, nonce } = JSON.parse(json) as { server_name: string; nonce?: string };
    this.#serverName = server_name;
    const { creds } = this.#options;
    const signed = creds === undefined ? {} : credsAuthenticator(new TextEncoder().encode(creds))(nonce);
    if (isFirst) this.write(`CONNECT ${JSON.stringify({ ...CONNECT, ...signed })}\r\nPING\r\n`);
  }

  #read(buffer: Uint8Array, count: number): boolean {
    const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, count);
    if (this.#head !== undefined) this.#upgrade(bytes);
    else if (this.#isWebSocket) this.#frames.push(bytes);
    else this.#nats.push(bytes);
    this.#options.onChunk?.();
    return true;
  }

  #upgrade(bytes: Buffer): void {
    const head = Buffer.concat([this.#head ?? Buffer.alloc(0), bytes]);
    const end = head.indexOf(END_OF_HEAD);
    this.#head = end < 0 ? head : undefined;
    if (end < 0) return;
    const status = head.toString('latin1', 0, head.indexOf('\r\n'));
    if (!status.includes(' 101 ')) {
      this.#end(new Error(`the upgrade was answered with ${status}`));
      return;
    }
    const rest = head.subarray(end + END_OF_HEAD.length);
    if (rest.length > 0) this.#frames.push(rest);
  }

  #end(error: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.destroy();
    this.#failed(error);
    this.#drained?.reject(error);
    this.#options.onEnd?.(error);
  }
}

const PING_LINE = Buffer.from('PING\r\n');
const PING_FRAME = clientFrame(PING_LINE);

function upgradeOf(url: URL): string {
  const key = randomBytes(16).toString('base64');
  return [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    ...(url.hash === '' ? [] : [`x-nats-last-region: ${url.hash.slice(1)}`]),
    `Sec-WebSocket-Key: ${key}${END_OF_HEAD}`,
  ].join('\r\n');
}
