// What a region's object tells Workers about itself. Crosses RPC, so everything in it is plain data.

import type { RegionView } from '../../api/regions.ts';
import type { RegionState } from '../../api/states.ts';
import type { LinkReport } from '../mesh/link-report.ts';

/** The part of a region's view that its object reports. */
type Reported = Pick<
  RegionView,
  | 'region'
  | 'since'
  | 'maxClients'
  | 'peers'
  | 'serverVersion'
  | 'inMsgs'
  | 'outMsgs'
  | 'drainPhase'
  | 'problem'
> &
  Required<Pick<RegionView, 'objectAgeMs'>>;

export interface RegionStatus extends Reported {
  readonly state: RegionState;
  /** Connected clients; 0 if no server runs, undefined if one runs but did not answer in time. */
  readonly clients: number | undefined;
}

/** A link, from the side that dials it. */
export interface LinkStatus extends Omit<LinkReport, 'remoteServerId'> {
  /** Round trip over the route as nats-server measures it; absent until measured. */
  readonly rttMs?: number;
  /** Bytes in both directions since the route was established; absent if the server reports no such route. */
  readonly bytes?: number;
}
