// How a region's mesh reaches the outside: its own server, and the other regions' objects.

import { ROUTE_PORT } from '../../regions/container-ports.ts';
import type { MeshCompression } from '../../regions/mesh-schema.ts';
import { OWN_SERVER, type ServerOfRegion, serverById } from '../../regions/servers.ts';
import { expectedRttMs } from '../../routing/latency/prior.ts';
import { activeConfig } from '../config/active-config.ts';
import type { Env } from '../env.ts';
import type { MeshHost } from '../mesh/mesh-keeper.ts';
import { wantedCompression } from '../mesh/route-compression.ts';
import { RouteRefusedError } from '../mesh/route-handshake.ts';
import { messageOf } from '../message-of.ts';
import type { Admission } from './admission.ts';
import { dialObject } from './dial-object.ts';
import type { NatsServer } from './nats-server.ts';
import { serverStub } from './region-stub.ts';

export interface MeshHostOptions {
  /** Of the server whose mesh it is. */
  readonly id: string;
  readonly env: Env;
  readonly server: NatsServer;
  readonly admission: Admission;
  /** As configured now. */
  readonly compression: () => MeshCompression;
}

export function meshHostOf({ id, env, server, admission, compression }: MeshHostOptions): MeshHost {
  const find = (serverId: string): ServerOfRegion => {
    const found = serverById(serverId, activeConfig(env).config);
    if (found === undefined) throw new Error(`there is no server ${serverId} in the configuration`);
    return found;
  };
  const peerOf = (peer: string) => {
    const { region, number } = find(peer);
    return serverStub(env, region, number);
  };
  // Members have no JetStream.
  const jetstreamOf = (serverId: string) => {
    const { region, number } = find(serverId);
    return { id: serverId, jetstream: region.jetstream && number === OWN_SERVER };
  };
  return {
    dialLocal: () => server.dialRoute(),
    dialPeer: (peer, transport) => dialObject(peerOf(peer), `${id}.${peer}:${ROUTE_PORT}`, transport),
    whyNotLink: (peer) => admission.whyNotLink(jetstreamOf(id), jetstreamOf(peer)),
    compressionWith: (peer) => {
      const { config } = activeConfig(env);
      const [from, to] = [id, peer].map((serverId) => serverById(serverId, config)?.region);
      // What is not known is not far.
      return wantedCompression(compression(), from && to ? expectedRttMs(from, to) : 0);
    },
    announceTo: (peer) => peerOf(peer).peerUp(id),
    onFailure: (peer, error) => {
      // A sleeping or starting peer is not worth logging; it announces itself when it is up.
      if (!(error instanceof RouteRefusedError)) console.warn(`link ${id}-${peer}: ${messageOf(error)}`);
    },
    now: Date.now,
    random: Math.random,
  };
}
