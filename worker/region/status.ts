// What a region's object says of itself to Workers. Crosses RPC, so everything in it is plain data.

import type { MeshLink } from '../../api/mesh.ts';
import type { RegionState } from '../../api/states.ts';

export interface RegionStatus {
  readonly region: string;
  readonly state: RegionState;
  /** Milliseconds since the epoch at which it came to be in this state. */
  readonly since: number;
  /** Connected clients; 0 where no server runs, undefined where one does and did not say within its time. */
  readonly clients: number | undefined;
  /** At how many clients it is full: as configured, or fewer where its memory or its server takes no more. */
  readonly maxClients?: number;
  /** How long this object has been in memory, ms: an answer right after it was made took longer than the way. */
  readonly objectAgeMs: number;
  /** Regions that the server has a route to. */
  readonly peers: readonly string[];
  readonly serverVersion?: string;
  /** Why it is down, in words. */
  readonly problem?: string;
}

/** A link, from the side that dials it. */
export interface LinkStatus extends Pick<MeshLink, 'state' | 'since' | 'remade'> {
  readonly peer: string;
  /** Round trip over the route as nats-server measures it; absent until it has. */
  readonly rttMs?: number;
  /** Bytes in both directions since the route was made; absent where the server says nothing of a route. */
  readonly bytes?: number;
}
