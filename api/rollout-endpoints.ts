// The endpoints of rollouts.

import { BODY_ERRORS, type Endpoint, json, open } from './endpoint.ts';
import type { ErrorCode } from './errors.ts';
import { PATHS, ROLLOUT_OPERATIONS, type RolloutOperation, rolloutPath } from './paths.ts';

const PLAN_ERRORS: readonly ErrorCode[] = [
  'bad_request',
  ...BODY_ERRORS,
  'invalid',
  'conflict',
  'needs_deploy',
  'last_region',
  'jetstream_behind',
  'no_store',
  'rollouts_unavailable',
];

const SUMMARIES: Readonly<Record<RolloutOperation, string>> = {
  pause: 'stays at its step, and is not watched',
  resume: 'goes on, from what the configuration is now',
  abort: 'takes back all that it has set',
  promote: 'makes the next step now, or with `full` all that are left',
};

export const ROLLOUT_ENDPOINTS: readonly Endpoint[] = [
  {
    ...open('rollouts', PATHS.rollouts, 'the last rollouts, newest first', json('Rollouts')),
    caller: 'reader',
    errors: ['rollouts_unavailable'],
  },
  {
    id: 'startRollout',
    method: 'POST',
    path: PATHS.rollouts,
    caller: 'admin',
    summary: 'starts a rollout, now or at its time',
    query: [],
    body: 'StartRolloutBody',
    answer: json('Rollout', 201),
    errors: ['rollout_running', ...PLAN_ERRORS],
  },
  {
    id: 'planRollout',
    method: 'POST',
    path: PATHS.planRollout,
    caller: 'reader',
    summary: 'what each step of a rollout would do',
    query: [],
    body: 'StartRolloutBody',
    answer: json('Rollout'),
    errors: PLAN_ERRORS,
  },
  {
    ...open(
      'rollout',
      rolloutPath('{id}'),
      'a rollout: its steps, what was forecast and what came',
      json('Rollout'),
    ),
    caller: 'reader',
    errors: ['no_such_rollout', 'rollouts_unavailable'],
  },
  ...ROLLOUT_OPERATIONS.map(
    (operation): Endpoint => ({
      id: `${operation}Rollout`,
      method: 'POST',
      path: rolloutPath('{id}', operation),
      caller: 'admin',
      summary: SUMMARIES[operation],
      query: [],
      body: 'RolloutOperationBody',
      answer: json('Rollout'),
      errors: ['bad_request', ...BODY_ERRORS, 'no_such_rollout', 'rollout_not_now', 'rollouts_unavailable'],
    }),
  ),
];
