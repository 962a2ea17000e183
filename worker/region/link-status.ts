// The links that a region dials, with what its server knows about them.

import type { LinkReport } from '../mesh/link-report.ts';
import { parseGoDurationMs } from './monitoring.ts';
import type { RoutezRoute } from './monitoring-answers.ts';
import type { LinkStatus } from './status.ts';

/** What nats-server says of a route whose other end is older than compression: it is `off`. */
const TOO_OLD = 'not supported';

/** @param routes undefined if the server did not answer: then a spliced link counts as up, and nothing more is known */
export function linkStatuses(
  reports: readonly LinkReport[],
  routes:
    | readonly Pick<RoutezRoute, 'remote_id' | 'rtt' | 'in_bytes' | 'out_bytes' | 'compression'>[]
    | undefined,
): readonly LinkStatus[] {
  return reports.map(
    ({ remoteServerId, compression, plainBecause, peer, state, since, remade, transport }) => {
      const route = routes?.find(({ remote_id }) => remote_id === remoteServerId);
      // nats-server reports `0s` until it has measured the round trip.
      const rttMs = route?.rtt === undefined ? undefined : parseGoDurationMs(route.rtt) || undefined;
      // What the server does, rather than what it was told.
      const used = route?.compression === TOO_OLD ? 'off' : (route?.compression ?? compression);
      return {
        peer,
        // A link is up if the server says so, not merely because it was spliced.
        state: state === 'up' && routes !== undefined && route === undefined ? 'connecting' : state,
        since,
        remade,
        transport,
        ...(rttMs !== undefined && { rttMs }),
        ...(used !== undefined && { compression: used }),
        ...(plainBecause !== undefined && { plainBecause }),
        ...(route !== undefined && { bytes: route.in_bytes + route.out_bytes }),
      };
    },
  );
}

/** Ids of the servers that have not answered a ping over their route yet. */
export function unheardIn(routes: readonly Pick<RoutezRoute, 'remote_id' | 'rtt'>[]): ReadonlySet<string> {
  return new Set(routes.filter(isUnheard).map(({ remote_id }) => remote_id));
}

/** nats-server says `0s` of a route until a ping was answered. */
export function isUnheard({ rtt }: Pick<RoutezRoute, 'rtt'>): boolean {
  return rtt !== undefined && parseGoDurationMs(rtt) === 0;
}
