// What a region's object tells Workers about itself. Crosses RPC, so everything in it is plain data.

import type { RegionView } from '../../api/regions.ts';
import type { LinkTransport, RegionState } from '../../api/states.ts';
import type { RoundTrips } from '../../routing/round-trips.ts';
import type { LinkReport } from '../mesh/link-report.ts';

/** The part of a region's view that its object reports. */
type Reported = Pick<
  RegionView,
  | 'region'
  | 'since'
  | 'maxClients'
  | 'leafs'
  | 'peers'
  | 'serverVersion'
  | 'serverId'
  | 'placedAt'
  | 'inMsgs'
  | 'outMsgs'
  | 'servers'
  | 'drainPhase'
  | 'problem'
> &
  Required<Pick<RegionView, 'objectAgeMs'>>;

/** What only data centers that measure want to know. */
export interface ForDataCenters {
  /** How long the object took for this answer, ms; absent from one of an older version. */
  readonly answeredInMs?: number;
  /** The round trips from the data center that asks, if it said which it is and had them remembered here. */
  readonly remembered?: RoundTrips;
}

export interface RegionStatus extends Reported, ForDataCenters {
  readonly state: RegionState;
  /** Connected clients; 0 if no server runs, undefined if one runs but did not answer in time. */
  readonly clients: number | undefined;
}

/** A link, from the side that dials it. */
export interface LinkStatus extends Omit<LinkReport, 'remoteServerId' | 'compression' | 'transport'> {
  /** As nats-server says it, or as it was told if it does not answer; absent while the link is not up. */
  readonly compression?: string;
  /** Absent from an object of an older version. */
  readonly transport?: LinkTransport;
  /** Round trip over the route as nats-server measures it; absent until measured. */
  readonly rttMs?: number;
  /** Bytes in both directions since the route was established, before they are compressed; absent if the server reports no such route. */
  readonly bytes?: number;
}
