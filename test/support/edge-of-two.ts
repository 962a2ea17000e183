// An edge in front of two real nats-servers, of which a test says what it answers, where it leads its clients, and what becomes of
// their connections: for what clients have to go through, at the moment that a test chooses.

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { closeServer, LOOPBACK, listenOnLoopback } from '../../local/listen.ts';
import { WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import { saying } from './edge-that-says.ts';
import { startNatsServerProcess } from './nats-server-process.ts';

export const PLACES = ['weur', 'oc'] as const;
export type Place = (typeof PLACES)[number];

/** A region, none, or somebody who takes the request and says nothing, or hangs up at once. */
export type Leads = Place | 'nowhere' | 'silence' | 'hang up';

interface Connection {
  readonly place: Place;
  readonly client: Socket;
  readonly upstream: Socket;
  /** What its server said first. */
  info: Readonly<Record<string, unknown>> | undefined;
}

export class EdgeOfTwo {
  url = '';
  leads: Leads = 'weur';
  /** How long an upgrade waits. */
  delayMs = 0;
  /** Answers in place of its own; undefined leaves them to it. */
  answer: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  /** What it says of itself beside what every edge does. */
  about: Readonly<Record<string, unknown>> = {};
  /** Upgrades, and how they were made. */
  readonly upgrades: string[] = [];
  /** Once its server has said the first word a connection is cut; once it has answered the client, it says that it goes. */
  atFirst: 'nothing' | 'goodbye' | 'cut' = 'nothing';
  readonly #ports = new Map<Place, number>();
  readonly #connections = new Set<Connection>();

  /**
   * @param undo ends it
   * @param configuration of its servers, beside where they listen
   */
  static async start(
    undo: AsyncDisposableStack,
    configuration: Partial<Record<Place, string>> = {},
  ): Promise<EdgeOfTwo> {
    const edge = new EdgeOfTwo();
    const folder = await mkdtemp(join(tmpdir(), 'meridian-edge-'));
    undo.defer(() => rm(folder, { recursive: true, force: true }));
    const { path: program } = await ensureNatsServer();
    await Promise.all(
      PLACES.map(async (place) => {
        const more = configuration[place] ?? '';
        edge.#ports.set(
          place,
          await startServer(place, { program, folder: join(folder, place), more }, undo),
        );
      }),
    );
    const front = createServer((request, response) => {
      if (!edge.answer(request, response)) saying(edge.about)(request, response);
    });
    front.on('upgrade', (request, socket: Socket) => void edge.#upgrade(request, socket));
    edge.url = `http://${LOOPBACK}:${await listenOnLoopback(front)}`;
    undo.defer(() => {
      edge.cut(...PLACES);
      void closeServer(front);
    });
    return edge;
  }

  /** The regions of the connections of now. */
  get connected(): readonly Place[] {
    return [...this.#connections].map(({ place }) => place);
  }

  /** A server's clients hear that it goes, as a lame duck says it; it stays. */
  sayGoodbye(place: Place): void {
    for (const connection of this.#at(place)) goodbye(connection);
  }

  /** Ends connections as a killed server does. */
  cut(...places: readonly Place[]): void {
    for (const place of places) for (const { client } of this.#at(place)) client.destroy();
  }

  /** A server hangs: what its clients send stays with it, and it says nothing. */
  stall(place: Place): void {
    for (const { client, upstream } of this.#at(place)) {
      client.unpipe(upstream);
      upstream.unpipe(client);
    }
  }

  #at(place: Place): Connection[] {
    return [...this.#connections].filter((each) => each.place === place);
  }

  async #upgrade({ url, rawHeaders }: IncomingMessage, client: Socket): Promise<void> {
    client.on('error', () => client.destroy());
    this.upgrades.push(this.leads);
    if (this.delayMs > 0) await after(this.delayMs);
    const { leads } = this;
    if (leads === 'silence') return;
    if (leads === 'hang up') return void client.destroy();
    const port = this.#ports.get(leads as Place);
    if (port === undefined) return void client.end('HTTP/1.1 503 Service Unavailable\r\n\r\n');
    const upstream = connect({ port, host: LOOPBACK, noDelay: true });
    const connection: Connection = { place: leads as Place, client, upstream, info: undefined };
    this.#connections.add(connection);
    upstream.on('error', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    client.on('close', () => {
      this.#connections.delete(connection);
      upstream.destroy();
    });
    const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
    upstream.write(`GET ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    upstream.pipe(client).pipe(upstream);
    // After it is passed on.
    let said = '';
    let isOver = false;
    upstream.on('data', (bytes: Buffer) => {
      if (isOver) return;
      said += bytes.toString('latin1');
      const [, info] = /INFO (\{.*?\}) ?\r\n/s.exec(said) ?? [];
      if (info === undefined) return;
      connection.info ??= JSON.parse(info);
      if (this.atFirst === 'cut') client.end(Buffer.from([CLOSE_FRAME, 0]));
      isOver = said.includes('PONG');
      if (this.atFirst === 'goodbye' && isOver) goodbye(connection);
    });
  }
}

/** @returns the port of its WebSockets */
async function startServer(
  place: Place,
  { program, folder, more }: { readonly program: string; readonly folder: string; readonly more: string },
  undo: AsyncDisposableStack,
): Promise<number> {
  const name = `the server of ${place}`;
  const configuration = `
    host: 127.0.0.1
    port: -1
    server_name: nats-${place}
    websocket { host: 127.0.0.1, port: -1, no_tls: true }
    ${more}
  `;
  const server = await startNatsServerProcess({ program, name, folder, configuration }, undo);
  return server.portOf(WEBSOCKET_PORT);
}

/** Between two frames of the server, which is where it is when nothing is under way. */
function goodbye({ client, info }: Connection): void {
  const text = Buffer.from(`INFO ${JSON.stringify({ ...info, ldm: true })}\r\n`);
  const head = Buffer.from([BINARY_FRAME, TWO_BYTES_OF_LENGTH, text.length >> 8, text.length & 0xff]);
  client.write(Buffer.concat([head, text]));
}

/** Of RFC 6455. */
const BINARY_FRAME = 0x82;
const CLOSE_FRAME = 0x88;
const TWO_BYTES_OF_LENGTH = 126;
