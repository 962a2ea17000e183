// The minimum that the platform itself costs between two servers, as a Worker: two objects join the route ports of their
// containers, and what they forward is all that they do. If the servers compress, how they are told to is Meridian's: what
// comes after it is compared. Compiled with Node's types, as all of bench/ is, so the few types of
// workerd are written out.

import { ROUTE_PORT, WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import { readStreamStart, streamOf } from '../../worker/mesh/compressed-handshake.ts';

const SERVERS = ['splice-0', 'splice-1'] as const;
const NOTHING = new Uint8Array();

interface Socket {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

interface Port {
  fetch(url: string, request: Request): Promise<Response>;
  connect(address: string): Socket;
}

interface Container {
  readonly running: boolean;
  start(options: { readonly env: Readonly<Record<string, string>>; readonly enableInternet: boolean }): void;
  getTcpPort(port: number): Port;
}

interface Env {
  readonly NATS: {
    getByName(name: string): {
      fetch(request: Request): Promise<Response>;
      connect(address: string): Socket;
    };
  };
  /** How the servers compress; absent: they don't. */
  readonly COMPRESSION?: string;
}

export class Spliced {
  readonly #container: Container;
  readonly #env: Env;
  #joined: Promise<void> | undefined;

  constructor({ container }: { readonly container: Container }, env: Env) {
    this.#container = container;
    this.#env = env;
  }

  /** Of the first server a client's connection; of the second one `/start`, which starts it. */
  async fetch(request: Request): Promise<Response> {
    const isSecond = new URL(request.url).pathname === '/start';
    const [first, second] = SERVERS;
    if (!this.#container.running)
      this.#container.start({ env: { NATS_SERVER_NAME: isSecond ? second : first }, enableInternet: false });
    if (isSecond) return new Response();
    await this.#env.NATS.getByName(second).fetch(new Request('http://splice/start'));
    this.#joined ??= this.#join(second);
    await this.#joined;
    return this.#container.getTcpPort(WEBSOCKET_PORT).fetch('http://nats-server/', request);
  }

  async connect(socket: Socket): Promise<void> {
    const own = this.#dial();
    await Promise.all([socket.readable.pipeTo(own.writable), own.readable.pipeTo(socket.writable)]);
  }

  #dial(): Socket {
    return this.#container.getTcpPort(ROUTE_PORT).connect(`nats:${ROUTE_PORT}`);
  }

  async #join(peer: string): Promise<void> {
    const [own, other] = [this.#dial(), this.#env.NATS.getByName(peer).connect(`${peer}:${ROUTE_PORT}`)];
    const [ofOwn, ofOther] = await Promise.all([firstLine(own), firstLine(other)]);
    const compression = this.#env.COMPRESSION;
    await Promise.all([greet(own, ofOther, compression), greet(other, ofOwn, compression)]);
    if (compression !== undefined) {
      const starts = [own, other].map(({ readable }) => readStreamStart(readable, NOTHING));
      const [ownStart = NOTHING, otherStart = NOTHING] = await Promise.all(starts);
      await Promise.all([
        write(own, [streamOf(infoLine(ofOther, compression)), otherStart]),
        write(other, [streamOf(infoLine(ofOwn, compression)), ownStart]),
      ]);
    }
    void own.readable.pipeTo(other.writable);
    void other.readable.pipeTo(own.writable);
  }
}

async function firstLine({ readable }: Socket): Promise<Record<string, unknown>> {
  const reader = readable.getReader();
  const utf8 = new TextDecoder();
  let line = '';
  while (!line.endsWith('\n')) {
    const { done, value } = await reader.read();
    if (done) throw new Error('the server ended the route');
    line += utf8.decode(value);
  }
  reader.releaseLock();
  return JSON.parse(line.slice('INFO '.length)) as Record<string, unknown>;
}

/** As a server that dials would. */
async function greet(to: Socket, info: Record<string, unknown>, compression?: string): Promise<void> {
  const { server_id: name, headers, cluster } = info;
  const said = { echo: true, verbose: false, pedantic: false, tls_required: false, lnoc: true };
  const connect = `CONNECT ${JSON.stringify({ ...said, name, headers, cluster })}\r\n`;
  await write(to, [new TextEncoder().encode(connect + infoLine(info, compression))]);
}

function infoLine(info: Record<string, unknown>, compression = 'off'): string {
  const { nonce: _nonce, ip: _ip, ...passedOn } = info;
  return `INFO ${JSON.stringify({ ...passedOn, compression, gossip_mode: 1, host: '127.0.0.1', port: 9 })}\r\n`;
}

async function write({ writable }: Socket, parts: readonly Uint8Array[]): Promise<void> {
  const writer = writable.getWriter();
  for (const part of parts) await writer.write(part);
  writer.releaseLock();
}

export default {
  fetch: (request: Request, env: Env): Promise<Response> => env.NATS.getByName(SERVERS[0]).fetch(request),
};
