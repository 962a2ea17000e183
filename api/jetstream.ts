// `GET /api/jetstream`: which JetStream servers hold the streams, which wait, and what was lost.

import * as v from 'valibot';
import { Count, Instant, type Wire } from './schema-kinds.ts';
import { LOSS_PHASES, MEMBER_STATES, SEEN_STATES } from './states.ts';

/** A JetStream server. */
export const MemberSchema = v.strictObject({
  region: v.string(),
  state: v.pipe(
    v.picklist(MEMBER_STATES),
    v.description(
      '`full`: holds everything; `joining`: runs, and is filled by the others; `empty`: does not run, so its disk is empty',
    ),
  ),
  since: v.pipe(v.nullable(Instant), v.description('since when; null if it never started')),
  server: v.pipe(v.picklist(SEEN_STATES), v.description('the state of the region, as in `/api/regions`')),
  why: v.exactOptional(v.pipe(v.string(), v.description('what it lacks or waits for'))),
});

const LossSchema = v.strictObject({
  since: Instant,
  phase: v.pipe(
    v.picklist(LOSS_PHASES),
    v.description(
      '`deciding`: whether there are backups; `waiting`: not of all of them, so the loss has to be accepted; `forming`: the servers start empty; `restoring`: they are filled from the backups; `incomplete`: some could not be restored, which is tried again until the loss of these is accepted',
    ),
  ),
  streams: v.pipe(
    v.array(
      v.strictObject({
        account: v.string(),
        stream: v.string(),
        lastSeq: Count,
        messages: Count,
        backup: v.pipe(v.nullable(v.boolean()), v.description('whether it has a backup; null if unknown')),
      }),
    ),
    v.description('those that no server has any more; of an incomplete one, those that are still missing'),
  ),
  problems: v.exactOptional(
    v.pipe(v.array(v.string()), v.description('why they could not be restored, and what is unknown of them')),
  ),
});

/** The JetStream servers, as the Keeper knows them. */
export const JetStreamSchema = v.strictObject({
  members: v.pipe(v.array(MemberSchema), v.description('every JetStream region')),
  problem: v.pipe(
    v.nullable(v.string()),
    v.description('why JetStream, or some of its streams, serve nobody; null if all do'),
  ),
  loss: v.pipe(v.nullable(LossSchema), v.description('if no server is left that holds the streams')),
  lastRestore: v.pipe(
    v.nullable(v.strictObject({ at: Instant, streams: Count, problems: v.array(v.string()) })),
    v.description('what the last restore after a loss came to'),
  ),
});
export type JetStream = Wire<typeof JetStreamSchema>;
export type JetStreamMember = Wire<typeof MemberSchema>;
