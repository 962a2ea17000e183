// `GET /api/regions/{id}/scaling`: how many servers a region needs, why, and what held it back.

import * as v from 'valibot';
import { REBALANCE_STATES } from '../scaling/decide-rebalance.ts';
import { HOLDS } from '../scaling/decision.ts';
import { Count, Instant, type Wire } from './schema-kinds.ts';

const Numbers = v.array(Count);

const ActionSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('none') }),
  v.strictObject({ kind: v.literal('start'), servers: Numbers }),
  v.strictObject({ kind: v.literal('drain'), server: Count }),
]);

export const ScalingDecisionSchema = v.strictObject({
  at: Instant,
  clients: v.pipe(Count, v.description('of all its servers, as far as they are known')),
  unanswered: v.pipe(
    Numbers,
    v.description('numbers of the servers that did not answer: the last that is known of them counts'),
  ),
  growth: v.pipe(
    Count,
    v.description('how many more came during the last `startMs`: as many are expected while a server starts'),
  ),
  startMs: v.pipe(v.number(), v.description('how long a start takes, as measured')),
  free: v.pipe(
    v.number(),
    v.description('how many more clients its servers take; below 0 if they have too many'),
  ),
  serving: v.pipe(Count, v.description('servers that are up or starting')),
  needed: v.pipe(Count, v.description('how many are needed now, within what may be')),
  peak: v.pipe(Count, v.description('the most that were needed within the window')),
  action: v.pipe(
    ActionSchema,
    v.description(
      '`start`: these are started, or taken back; `drain`: this one is taken out of service; `none`. 1 is the own server of the region',
    ),
  ),
  heldBack: v.pipe(
    v.array(v.strictObject({ kind: v.picklist(HOLDS), text: v.string() })),
    v.description('what kept the number from being another one'),
  ),
  reason: v.pipe(v.string(), v.description('all of it in one sentence')),
});

export const RebalanceSchema = v.strictObject({
  at: Instant,
  state: v.pipe(
    v.picklist(REBALANCE_STATES),
    v.description(
      '`off`: not configured; `resting`: no server was added since its object began to look; `moving`; `held`: something has to be waited for; it has ended as `even`, or as `spent`, when nobody was left who was connected when it began',
    ),
  ),
  since: v.pipe(
    v.nullable(Instant),
    v.description('when the last server was added: only clients that were connected by then are moved'),
  ),
  moved: v.pipe(Count, v.description('clients that were told to reconnect since then')),
  moves: v.pipe(
    v.array(v.strictObject({ server: Count, clients: Count })),
    v.description('how many are told now, by server'),
  ),
  reason: v.pipe(v.string(), v.description('all of it in one sentence')),
});

export const ScalingSchema = v.strictObject({
  region: v.string(),
  settings: v.pipe(
    v.strictObject({
      min: Count,
      max: Count,
      freeConnections: Count,
      windowSeconds: v.number(),
      capacity: v.pipe(Count, v.description('how many clients one server takes')),
    }),
    v.description('`members` of the region'),
  ),
  decision: v.pipe(
    v.nullable(ScalingDecisionSchema),
    v.description('the newest one; null before the first look at the server'),
  ),
  rebalance: v.pipe(
    v.nullable(RebalanceSchema),
    v.description('whether clients are being moved; null before the first look at the server'),
  ),
});
export type Scaling = Wire<typeof ScalingSchema>;
