// What is measured of all sessions together: none has a series of its own. Pure.

import { SESSION_STATES } from '../../api/sessions.ts';
import type { SessionFigures } from '../sessions/session-figures.ts';
import { type Family, type FamilyType, type Sample, samplesOf } from './exposition.ts';

function family(type: FamilyType, name: string, help: string): Family {
  return { name: `meridian_${name}`, type, help };
}

const SESSIONS = family('gauge', 'sessions', 'Sessions, by state');
const ANSWERED = family(
  'gauge',
  'sessions_answered',
  'Servers of sessions that were counted when last asked',
);
const CLIENTS = family('gauge', 'sessions_clients', 'Clients of the servers that were counted');
const REFUSED = family('counter', 'sessions_refused_total', 'Creations that were refused, by whose quota');
const STARTS = family('counter', 'sessions_starts_total', 'Servers of sessions that came up');
const START_SECONDS = family(
  'counter',
  'sessions_start_seconds_total',
  'How long it took in all until they had come up',
);
const FAILED = family('counter', 'sessions_failed_starts_total', 'Servers of sessions that did not come up');

/** Nothing of a registry that does not answer; no clients where no server was counted: unknown is not zero. */
export function sessionMetrics(figures: SessionFigures | undefined): readonly Sample[] {
  if (figures === undefined) return [];
  const { states, clients, answered, counted } = figures;
  const isKnown = answered > 0 || (states.up === 0 && states.starting === 0);
  return [
    ...SESSION_STATES.flatMap((state) => samplesOf({ state }, [[SESSIONS, states[state]]])),
    ...samplesOf({}, [
      [ANSWERED, answered],
      [CLIENTS, isKnown ? clients : undefined],
      [STARTS, counted.starts],
      [START_SECONDS, counted.startSeconds],
      [FAILED, counted.failedStarts],
    ]),
    ...samplesOf({ quota: 'owner' }, [[REFUSED, counted.refusedByOwner]]),
    ...samplesOf({ quota: 'all' }, [[REFUSED, counted.refusedByAll]]),
  ];
}
