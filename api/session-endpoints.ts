// The endpoints of sessions.

import { BODY_ERRORS, type Endpoint, json, open, PAGE, PREFERRED } from './endpoint.ts';
import type { ErrorCode } from './errors.ts';
import { PATHS, sessionPath, sessionServerPath } from './paths.ts';

const SESSION_ERRORS: readonly ErrorCode[] = ['no_such_session', 'sessions_off', 'session_unavailable'];

export const SESSION_ENDPOINTS: readonly Endpoint[] = [
  {
    ...open(
      'sessions',
      PATHS.sessions,
      'sessions: those of the caller, or all for admins',
      json('SessionList'),
    ),
    caller: 'reader',
    query: PAGE,
    errors: ['bad_request', 'sessions_off', 'session_unavailable'],
  },
  {
    id: 'createSession',
    method: 'POST',
    path: PATHS.sessions,
    caller: 'maker',
    summary: 'makes or finds a session, and waits until its server serves; `202` if that takes long',
    query: [PREFERRED],
    body: 'SessionBody',
    answer: json('SessionAnswer', 200, 201, 202),
    errors: [
      'bad_request',
      ...BODY_ERRORS,
      'session_differs',
      'session_quota',
      'session_ending',
      'sessions_off',
      'session_unavailable',
      'residency',
      'no_region',
      'forced_region_unavailable',
    ],
  },
  {
    ...open(
      'session',
      sessionPath('{id}'),
      'one session, by its id, or by its name among those of the caller',
      json('SessionAnswer'),
    ),
    caller: 'reader',
    errors: SESSION_ERRORS,
  },
  {
    id: 'endSession',
    method: 'DELETE',
    path: sessionPath('{id}'),
    caller: 'maker',
    summary: 'tells its clients to leave, then ends it',
    query: [],
    answer: json('SessionAnswer', 202),
    errors: SESSION_ERRORS,
  },
  {
    ...open(
      'connectToSession',
      sessionServerPath('{id}', 'connect'),
      "NATS over WebSocket, at a session's server",
      {
        kind: 'upgrade',
      },
    ),
    errors: [
      'bad_request',
      'method_not_allowed',
      'upgrade_required',
      'rate_limited',
      'session_ending',
      ...SESSION_ERRORS,
    ],
  },
  {
    ...open(
      'sessionInfo',
      sessionServerPath('{id}', 'info'),
      "a session's server: its version, its limits",
      json('SessionInfo'),
    ),
    caller: 'reader',
    errors: SESSION_ERRORS,
  },
  {
    ...open(
      'sessionStats',
      sessionServerPath('{id}', 'stats'),
      "a session's server: clients, messages, memory",
      json('SessionStats'),
    ),
    caller: 'reader',
    errors: SESSION_ERRORS,
  },
];
