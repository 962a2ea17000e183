// A region's object without its container, for tests of the mesh: it hosts a MeshKeeper, and its "container" is a
// nats-server that runs on this machine.

import { connect } from 'cloudflare:sockets';
import { DurableObject } from 'cloudflare:workers';
import { ROUTE_PORT } from '../../../regions/container-ports.ts';
import { ASLEEP } from '../../../worker/mesh/link.ts';
import type { LinkReport } from '../../../worker/mesh/link-report.ts';
import { MeshKeeper } from '../../../worker/mesh/mesh-keeper.ts';
import type { RouteCompression } from '../../../worker/mesh/route-compression.ts';
import { refusalLine } from '../../../worker/mesh/route-handshake.ts';
import { closeQuietly, pump } from '../../../worker/mesh/splice.ts';
import { messageOf } from '../../../worker/message-of.ts';

export interface MeshNodeSettings {
  readonly region: string;
  readonly regions: readonly string[];
  readonly routePort: number;
}

declare global {
  namespace Cloudflare {
    interface Env {
      readonly MESH_NODE: DurableObjectNamespace<MeshNode>;
    }
  }
}

const RETRY_MAX_MS = 200;
const HANDSHAKE_TIMEOUT_MS = 5_000;

export class MeshNode extends DurableObject<Cloudflare.Env> {
  readonly #dials: string[] = [];
  readonly #failures: string[] = [];
  readonly #incoming = new Set<AbortController>();
  #routePort = 0;
  #clockAheadMs = 0;
  #mesh: MeshKeeper | undefined;
  #up = false;
  #compression: RouteCompression = 'off';

  /** The server comes up. */
  async wake({ region, regions, routePort }: MeshNodeSettings): Promise<void> {
    this.#routePort = routePort;
    this.#up = true;
    this.#mesh ??= new MeshKeeper(
      {
        dialLocal: () => this.#dialServer(),
        dialPeer: (peer) => {
          this.#dials.push(peer);
          return this.env.MESH_NODE.getByName(peer).connect(`${peer}:${ROUTE_PORT}`);
        },
        whyNotLink: () => undefined,
        compressionWith: () => this.#compression,
        announceTo: (peer) => this.env.MESH_NODE.getByName(peer).peerUp(region),
        onFailure: (peer, error) => void this.#failures.push(`${peer}: ${messageOf(error)}`),
        now: () => Date.now() + this.#clockAheadMs,
        random: Math.random,
      },
      { region, regions, retryMaxMs: RETRY_MAX_MS, handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS },
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
    if (!this.#up) return refuse(socket);
    const stop = new AbortController();
    this.#incoming.add(stop);
    await pump(socket, this.#dialServer(), stop);
    this.#incoming.delete(stop);
  }

  async peerUp(peer: string): Promise<boolean> {
    this.#mesh?.peerUp(peer);
    return this.#up;
  }

  /** Breaks the links that peers dialled. */
  async cutIncoming(): Promise<void> {
    for (const stop of this.#incoming) stop.abort();
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

async function refuse(socket: Socket): Promise<void> {
  const writer = socket.writable.getWriter();
  await writer.write(new TextEncoder().encode(refusalLine(ASLEEP)));
  await writer.close();
  closeQuietly(socket);
}
