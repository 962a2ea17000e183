// The network of one container. workerd reaches a container's ports through an HTTP proxy that it runs beside
// it: `CONNECT 10.0.0.1:PORT` on the sidecar's port 39001, then raw bytes. Here the proxy is this server, and
// the container's ports are wherever its process listens on loopback.

import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { closeServer, LOOPBACK, listenOnLoopback } from '../listen.ts';
import { type DelayOf, joinDelayed } from '../wan/join-delayed.ts';
import { Relay, toServer } from './relay.ts';

/** Finds the loopback port behind a port of the container; undefined when nothing listens there. */
export type ResolvePort = (containerPort: number) => Promise<number | undefined>;

/** How connections to a port of the container are delayed; undefined when they are not. */
export type DelayToPort = (containerPort: number) => DelayOf | undefined;

/** At what address a port of the container is reached; undefined when it is loopback. */
export type HostOfPort = (containerPort: number) => string | undefined;

/** What lies between workerd and a container. Default: nothing. */
export interface Path {
  readonly delayTo?: DelayToPort;
  readonly hostOf?: HostOfPort;
}

/** One container's proxy. */
export class Sidecar {
  readonly #server: Server;
  readonly #resolve: ResolvePort;
  readonly #delayTo: DelayToPort;
  readonly #hostOf: HostOfPort;
  readonly #tunnels = new Set<Socket>();
  readonly #upstreams = new Map<number, Socket>();

  constructor(resolve: ResolvePort, { delayTo = () => undefined, hostOf = () => undefined }: Path = {}) {
    this.#resolve = resolve;
    this.#delayTo = delayTo;
    this.#hostOf = hostOf;
    // PUT /egress and GET /ca set up interception of outbound traffic, which a region does not use.
    this.#server = createServer((request, response) => {
      request.resume();
      response.end();
    });
    this.#server.on('connect', (request, socket, head) => void this.#tunnel(request, socket as Socket, head));
  }

  /** Listens on a free loopback port and returns it. */
  listen(): Promise<number> {
    return listenOnLoopback(this.#server);
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

  /** What has crossed a connection in both directions, found as `cutConnection` finds it. Undefined when there is none. */
  bytesOver(fromPort: number): number | undefined {
    const upstream = this.#upstreams.get(fromPort);
    return upstream && upstream.bytesRead + upstream.bytesWritten;
  }

  close(): void {
    this.cut();
    void closeServer(this.#server);
  }

  async #tunnel(request: IncomingMessage, client: Socket, head: Buffer): Promise<void> {
    this.#note(client);
    client.on('error', () => client.destroy());
    const containerPort = Number(request.url?.split(':').at(-1));
    const port = await this.#resolve(containerPort);
    if (client.destroyed) return;
    if (port === undefined) return refuse(client);
    const delayOf = this.#delayTo(containerPort);
    const host = this.#hostOf(containerPort) ?? LOOPBACK;
    const relay = delayOf === undefined ? new Relay(host, port) : undefined;
    const upstream = relay?.upstream ?? connect(toServer(host, port));
    upstream.once('error', () => refuse(client));
    client.once('close', () => upstream.destroy());
    upstream.once('connect', () => {
      if (client.destroyed) return upstream.destroy();
      const fromPort = upstream.localPort ?? 0;
      this.#upstreams.set(fromPort, upstream);
      upstream.once('close', () => this.#upstreams.delete(fromPort));
      upstream.removeAllListeners('error');
      if (delayOf !== undefined) {
        accept(client, upstream);
        joinDelayed(client, upstream, head, delayOf);
      } else if (relay !== undefined) {
        this.#tunnels.delete(client);
        const joined = relay.join(client, head);
        this.#note(joined);
        accept(joined, upstream);
      }
    });
  }

  /** Remembers a tunnel until it is closed. */
  #note(client: Socket): void {
    this.#tunnels.add(client);
    client.once('close', () => this.#tunnels.delete(client));
  }
}

function refuse(client: Socket): void {
  client.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');
}

/** Answers the CONNECT; from now on a broken connection to the server also closes the client's. */
function accept(client: Socket, upstream: Socket): void {
  client.setNoDelay(true);
  client.allowHalfOpen = true;
  client.write('HTTP/1.1 200 OK\r\n\r\n');
  upstream.on('error', () => client.destroy());
}
