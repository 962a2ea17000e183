// A region's object without its container, for tests of the mesh: it hosts a MeshKeeper, and its "container" is a
// nats-server that runs on this machine.

import { connect } from 'cloudflare:sockets';
import { DurableObject } from 'cloudflare:workers';
import type { LinkTransport } from '../../../api/states.ts';
import { ROUTE_PORT } from '../../../regions/container-ports.ts';
import { ASLEEP } from '../../../worker/mesh/link.ts';
import type { LinkReport } from '../../../worker/mesh/link-report.ts';
import { MeshKeeper } from '../../../worker/mesh/mesh-keeper.ts';
import type { RouteCompression } from '../../../worker/mesh/route-compression.ts';
import { refusalLine } from '../../../worker/mesh/route-handshake.ts';
import { answerOverRpc, channelOverRpc } from '../../../worker/mesh/rpc-channel.ts';
import { type ByteChannel, closeQuietly, pump } from '../../../worker/mesh/splice.ts';
import type { TransportSetting } from '../../../worker/mesh/transport.ts';
import { messageOf } from '../../../worker/message-of.ts';
import { STREAM_IDENTIFIER } from '../../../worker/s2/chunks.ts';

export interface MeshNodeSettings {
  readonly region: string;
  readonly regions: readonly string[];
  readonly routePort: number;
  readonly transport: TransportSetting;
}

/** What is wrong with a transport to an object; `garbles`: each S2 stream from its server, and nothing else. */
export type Fault = 'refused' | 'ends' | 'breaks' | 'hangs' | 'garbles';

declare global {
  namespace Cloudflare {
    interface Env {
      readonly MESH_NODE: DurableObjectNamespace<MeshNode>;
    }
  }
}

const RETRY_MAX_MS = 200;
const HANDSHAKE_TIMEOUT_MS = 1_000;

/** A link that breaks is up for a moment. */
const BREAKS_AFTER_MS = 50;

export class MeshNode extends DurableObject<Cloudflare.Env> {
  readonly #dials: string[] = [];
  readonly #failures: string[] = [];
  readonly #incoming = new Set<AbortController>();
  readonly #faults: Partial<Record<LinkTransport, Fault | undefined>> = {};
  #routePort = 0;
  #clockAheadMs = 0;
  #mesh: MeshKeeper | undefined;
  #up = false;
  #compression: RouteCompression = 'off';

  /** The server comes up. */
  async wake({ region, regions, routePort, transport }: MeshNodeSettings): Promise<void> {
    this.#routePort = routePort;
    this.#up = true;
    this.#mesh ??= new MeshKeeper(
      {
        dialLocal: () => this.#dialServer(),
        dialPeer: (peer, transport) => {
          this.#dials.push(peer);
          const stub = this.env.MESH_NODE.getByName(peer);
          if (transport === 'connect') return stub.connect(`${peer}:${ROUTE_PORT}`);
          return channelOverRpc((out) => stub.connectOverRpc(out));
        },
        whyNotLink: () => undefined,
        compressionWith: () => this.#compression,
        announceTo: (peer) => this.env.MESH_NODE.getByName(peer).peerUp(region),
        onFailure: (peer, error) => void this.#failures.push(`${peer}: ${messageOf(error)}`),
        now: () => Date.now() + this.#clockAheadMs,
        random: Math.random,
      },
      { region, regions, transport, retryMaxMs: RETRY_MAX_MS, handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS },
    );
    this.#mesh.serverUp();
  }

  /** The object no longer expects its server, as when the container has stopped. */
  async sleep(): Promise<void> {
    this.#up = false;
    this.#mesh?.serverDown();
    await this.cutIncoming();
  }

  /** A peer's object dials. */
  override async connect(socket: Socket): Promise<void> {
    await this.#serve(socket, this.#faults.connect);
  }

  /** The same over RPC. */
  async connectOverRpc(fromPeer: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
    const fault = this.#faults.rpc;
    if (fault === 'refused') throw new Error('no such method');
    return answerOverRpc(fromPeer, (channel) => this.#serve(channel, fault));
  }

  /** From now on a transport to this object does not work. */
  async breakTransport(transport: LinkTransport, fault: Fault | undefined): Promise<void> {
    this.#faults[transport] = fault;
  }

  async #serve(socket: ByteChannel, fault: Fault | undefined): Promise<void> {
    if (fault === 'refused') throw new Error('no such handler');
    if (fault === 'ends') return closeQuietly(socket);
    if (fault === 'hangs') return new Promise(() => {});
    if (!this.#up) return refuse(socket);
    const stop = new AbortController();
    this.#incoming.add(stop);
    const server = this.#dialServer();
    const pumping = pump(socket, fault === 'garbles' ? garbled(server) : server, stop);
    if (fault === 'breaks') setTimeout(() => stop.abort(), BREAKS_AFTER_MS);
    await pumping;
    this.#incoming.delete(stop);
  }

  async peerUp(peer: string): Promise<boolean> {
    this.#mesh?.peerUp(peer);
    return this.#up;
  }

  /** As the platform does for a deploy: everything in memory is gone. */
  async reset(): Promise<void> {
    this.ctx.abort('reset');
  }

  /** Breaks the links that peers dialled. */
  async cutIncoming(): Promise<void> {
    for (const stop of this.#incoming) stop.abort();
  }

  /** Breaks the connection that a peer dialled first, of those that are there. */
  async cutOneIncoming(): Promise<void> {
    const [oldest] = this.#incoming;
    oldest?.abort();
  }

  /** The configuration is edited. */
  async compress(compression: RouteCompression): Promise<void> {
    this.#compression = compression;
    this.#mesh?.recompress();
  }

  /** What the alarm does, as if it were `laterMs` from now. */
  async reconcile(connected: readonly string[], laterMs: number): Promise<void> {
    this.#clockAheadMs += laterMs;
    this.#mesh?.reconcile(new Set(connected));
  }

  async reports(): Promise<readonly LinkReport[]> {
    return this.#mesh?.reports() ?? [];
  }

  /** Every peer it dialled, in order. */
  async dials(): Promise<readonly string[]> {
    return this.#dials;
  }

  async failures(): Promise<readonly string[]> {
    return this.#failures;
  }

  #dialServer(): Socket {
    return connect({ hostname: '127.0.0.1', port: this.#routePort });
  }
}

/** The first frame of an S2 stream says that it is longer than it is: what follows it is none to its reader. */
function garbled(server: Socket): ByteChannel {
  const reader = server.readable.getReader();
  const lengthAt = STREAM_IDENTIFIER.length + 1;
  const readable = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      const isStart = STREAM_IDENTIFIER.every((byte, at) => value[at] === byte);
      controller.enqueue(isStart ? value.with(lengthAt, (value[lengthAt] ?? 0) + 8) : value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { readable, writable: server.writable, close: () => server.close() };
}

async function refuse(socket: ByteChannel): Promise<void> {
  const writer = socket.writable.getWriter();
  await writer.write(new TextEncoder().encode(refusalLine(ASLEEP)));
  await writer.close();
  closeQuietly(socket);
}
