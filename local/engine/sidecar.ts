// The network of one container. workerd reaches a container's ports through an HTTP proxy that it runs beside
// it: `CONNECT 10.0.0.1:PORT` on the sidecar's port 39001, then raw bytes. Here the proxy is this server, and
// the container's ports are wherever its process listens on loopback.

import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type DelayOf, joinDelayed } from '../wan/join-delayed.ts';

/** Finds the loopback port behind a port of the container; undefined when nothing listens there. */
export type ResolvePort = (containerPort: number) => Promise<number | undefined>;

/** How connections to a port of the container are delayed; undefined when they are not. */
export type DelayToPort = (containerPort: number) => DelayOf | undefined;

const LOOPBACK = '127.0.0.1';

/** One container's proxy. */
export class Sidecar {
  readonly #server: Server;
  readonly #resolve: ResolvePort;
  readonly #delayTo: DelayToPort;
  readonly #tunnels = new Set<Duplex>();
  readonly #upstreams = new Map<number, Socket>();

  constructor(resolve: ResolvePort, delayTo: DelayToPort = () => undefined) {
    this.#resolve = resolve;
    this.#delayTo = delayTo;
    // PUT /egress and GET /ca set up interception of outbound traffic, which a region does not use.
    this.#server = createServer((request, response) => {
      request.resume();
      response.end();
    });
    this.#server.on('connect', (request, socket, head) => void this.#tunnel(request, socket, head));
  }

  /** Listens on a free loopback port and returns it. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, LOOPBACK, resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the sidecar has no TCP address');
    return address.port;
  }

  /** Ends every tunnel, as the network does when a container dies. */
  cut(): void {
    for (const socket of this.#tunnels) socket.destroy();
  }

  /**
   * Cuts one connection, found by the port it comes from as the container sees it (`/connz` and `/routez` show
   * it). False when there is none.
   */
  cutConnection(fromPort: number): boolean {
    const upstream = this.#upstreams.get(fromPort);
    upstream?.resetAndDestroy();
    return upstream !== undefined;
  }

  close(): void {
    this.cut();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #tunnel(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    this.#tunnels.add(client);
    client.once('close', () => this.#tunnels.delete(client));
    client.on('error', () => client.destroy());
    const containerPort = Number(request.url?.split(':').at(-1));
    const port = await this.#resolve(containerPort);
    if (client.destroyed) return;
    if (port === undefined) return refuse(client);
    const delayOf = this.#delayTo(containerPort);
    const upstream = delayOf === undefined ? dial(port, client) : connect(toLoopback(port));
    upstream.once('error', () => refuse(client));
    client.once('close', () => upstream.destroy());
    upstream.once('connect', () => {
      const fromPort = upstream.localPort ?? 0;
      this.#upstreams.set(fromPort, upstream);
      upstream.once('close', () => this.#upstreams.delete(fromPort));
      accept(client as Socket, upstream);
      if (delayOf === undefined) join(client as Socket, upstream, head);
      else joinDelayed(client, upstream, head, delayOf);
    });
  }
}

function refuse(client: Duplex): void {
  client.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');
}

/** Largest read; a page of it is touched at a time, so an idle tunnel costs little. */
const READ_BYTES = 64 * 1024;

/**
 * Connects to a port, and passes on what comes from there: read into one buffer and written from it, which spares
 * an allocation and a turn of the stream machinery per chunk (a tenth of the throughput of the whole edge).
 */
function dial(port: number, client: Duplex): Socket {
  let isHeld = false;
  const upstream = connect({
    ...toLoopback(port),
    onread: {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (count, buffer) => {
        client.write(buffer.subarray(0, count), () => {
          if (isHeld) upstream.resume();
          isHeld = false;
        });
        // What the kernel did not take at once still lies in the buffer: no more reading until it has.
        isHeld = client.writableLength > 0;
        return !isHeld;
      },
    },
  });
  upstream.once('end', () => client.end());
  return upstream;
}

function toLoopback(port: number) {
  return { host: LOOPBACK, port, allowHalfOpen: true, noDelay: true };
}

/** Answers the CONNECT; from now on a server that breaks off takes the client with it. */
function accept(client: Socket, upstream: Socket): void {
  client.setNoDelay(true);
  client.allowHalfOpen = true;
  client.write('HTTP/1.1 200 OK\r\n\r\n');
  upstream.removeAllListeners('error');
  upstream.on('error', () => client.destroy());
}

/** Passes on what comes from workerd; `dial` has seen to the other way. The end of one side ends the other's input only. */
function join(client: Socket, upstream: Socket, head: Buffer): void {
  if (head.length > 0) upstream.write(head);
  client.pipe(upstream);
  upstream.once('close', () => client.destroySoon());
}
