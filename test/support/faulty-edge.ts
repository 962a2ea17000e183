// An edge in front of the real one, which passes everything on until a test says otherwise: it refuses upgrades, talks
// nonsense, cuts connections, or is gone.

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { closeServer, LOOPBACK, listenOnLoopback } from '../../local/listen.ts';

/**
 * What becomes of upgrades: passed on, refused with a status, or accepted by itself, to say something in a WebSocket
 * frame or to hang up at once.
 */
export type Upgrades = 'pass' | 'hang up' | { readonly status: number } | { readonly says: string };

/** Of RFC 6455. */
const HANDSHAKE_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const FINAL_TEXT_FRAME = 0x81;
const LONGEST_SHORT_FRAME = 125;

export class FaultyEdge implements AsyncDisposable {
  /** What becomes of upgrades from now on. */
  upgrades: Upgrades = 'pass';
  /** The status with which calls that carry a token are answered from now on, instead of being passed on. */
  admin: number | undefined;
  /** Upgrades that were passed on. */
  passed = 0;
  /** Upgrades that were not. */
  refused = 0;
  readonly url: string;
  readonly #server;
  readonly #open = new Set<Duplex>();

  private constructor(server: ReturnType<typeof createServer>, port: number, target: URL) {
    this.#server = server;
    this.url = `http://${LOOPBACK}:${port}`;
    server.on('request', (asked: IncomingMessage, answer: ServerResponse) => {
      if (this.admin === undefined || asked.headers.authorization === undefined)
        passOn(target, asked, answer);
      else answer.writeHead(this.admin, { connection: 'close' }).end();
    });
    server.on('upgrade', (asked: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#upgrade(target, asked, socket, head),
    );
  }

  static async before(url: string): Promise<FaultyEdge> {
    const server = createServer();
    const port = await listenOnLoopback(server);
    return new FaultyEdge(server, port, new URL(url));
  }

  /** Cuts every connection that it has passed on. */
  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }

  /** From now on nothing goes through the connections that it has passed on, either way; they stay open. */
  stall(): void {
    for (const socket of this.#open) {
      socket.unpipe();
      socket.pause();
    }
  }

  /** From now on nobody listens, and nobody has a connection. */
  async vanish(): Promise<void> {
    const closed = closeServer(this.#server);
    this.cut();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.vanish();
  }

  #upgrade(target: URL, asked: IncomingMessage, socket: Socket, head: Buffer): void {
    this.#keep(socket);
    if (this.upgrades !== 'pass') {
      this.refused += 1;
      refuse(this.upgrades, asked, socket);
      return;
    }
    this.passed += 1;
    // Else small messages wait for the acknowledgement of the ones before: 40 ms.
    const behind = connect({ port: Number(target.port), host: target.hostname, noDelay: true });
    this.#keep(behind);
    behind.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${headerLines(asked)}\r\n\r\n`);
    behind.write(head);
    behind.pipe(socket);
    socket.pipe(behind);
    // An end that is cut takes the other one with it, as one connection would.
    behind.once('close', () => socket.destroy());
    socket.once('close', () => behind.destroy());
  }

  #keep(socket: Duplex): void {
    this.#open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#open.delete(socket));
  }
}

function refuse(how: Exclude<Upgrades, 'pass'>, asked: IncomingMessage, socket: Socket): void {
  if (typeof how === 'object' && 'status' in how) {
    socket.end(`HTTP/1.1 ${how.status} No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    return;
  }
  const key = asked.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1').update(`${key}${HANDSHAKE_GUID}`).digest('base64');
  const upgraded = [
    'HTTP/1.1 101 Switching Protocols',
    'upgrade: websocket',
    'connection: Upgrade',
    `sec-websocket-accept: ${accept}`,
  ];
  socket.write(`${upgraded.join('\r\n')}\r\n\r\n`);
  if (how === 'hang up') socket.end();
  else socket.write(textFrame(how.says));
}

function textFrame(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > LONGEST_SHORT_FRAME) throw new Error('a short frame holds no more than 125 bytes');
  return Buffer.concat([Buffer.from([FINAL_TEXT_FRAME, bytes.length]), bytes]);
}

function headerLines({ rawHeaders }: IncomingMessage): string {
  return rawHeaders
    .flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : []))
    .join('\r\n');
}

function passOn(target: URL, asked: IncomingMessage, answer: ServerResponse): void {
  const { method, url, headers } = asked;
  const passed = request(
    { host: target.hostname, port: target.port, method, path: url, headers },
    (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    },
  );
  passed.once('error', () => answer.destroy());
  asked.pipe(passed);
}
