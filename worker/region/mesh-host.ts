// How a region's mesh reaches the outside: its own server, and the other regions' objects.

import { ROUTE_PORT } from '../../regions/container-ports.ts';
import { activeConfig } from '../config/active-config.ts';
import { regionOf } from '../config/config-copy.ts';
import type { Env } from '../env.ts';
import type { MeshHost } from '../mesh/mesh-keeper.ts';
import { RouteRefusedError } from '../mesh/route-handshake.ts';
import { messageOf } from '../message-of.ts';
import type { Admission } from './admission.ts';
import type { NatsServer } from './nats-server.ts';
import { regionStub } from './region-stub.ts';

/** @param id of the region whose mesh it is */
export function meshHostOf(id: string, env: Env, server: NatsServer, admission: Admission): MeshHost {
  const peerOf = (peer: string) => regionStub(env, regionOf(peer, activeConfig(env)));
  return {
    dialLocal: () => server.dialRoute(),
    // The address is only informative to readers; what it reaches is the object's own choice.
    dialPeer: (peer) => peerOf(peer).connect(`${id}.${peer}:${ROUTE_PORT}`),
    whyNotLink: (peer) => {
      const active = activeConfig(env);
      return admission.whyNotLink(regionOf(id, active), regionOf(peer, active));
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
