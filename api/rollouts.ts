// `/api/rollouts`: changes of the configuration that are made in steps, and watched. A plan says what to set, for how long,
// and what has to stay true; Meridian carries it out, and goes back by itself when something is not.

import * as v from 'valibot';
import { DURATION_PATTERN } from '../regions/duration.ts';
import { ChangeSchema } from './config.ts';
import { EditFactSchema } from './forecast-facts.ts';
import { Count, Instant, IsoTime, Share, Version, type Wire } from './schema-kinds.ts';

const MOST_STEPS = 50;
const MOST_CHECKS = 20;
const MOST_SETTINGS = 50;

const Duration = v.pipe(v.string(), v.regex(DURATION_PATTERN, 'a whole number and s, m or h, such as 10m'));

/** What the collector knows changes every ten seconds: half of that is as often as it says anything new. */
const Every = v.pipe(
  v.string(),
  v.regex(/^(?:(?:[5-9]|[1-9]\d|[1-5]\d\d)s|(?:[1-9]|10)m)$/, 'from 5s to 10m'),
);

const SettingValue = v.union([v.string(), v.number(), v.boolean(), v.array(v.string())]);

export const RolloutStepSchema = v.strictObject({
  set: v.pipe(
    v.record(v.string(), SettingValue),
    v.maxEntries(MOST_SETTINGS),
    v.description('as `regions set` has them: `{ "oc.dial": 25 }`. Empty: only waits and watches'),
  ),
  for: v.pipe(Duration, v.description('how long it is watched before the next step')),
  note: v.exactOptional(v.pipe(v.string(), v.maxLength(200))),
});
export type RolloutStep = Wire<typeof RolloutStepSchema>;

const Regions = v.exactOptional(
  v.pipe(
    v.array(v.string()),
    v.minLength(1),
    v.description(
      'which regions it watches; by default those whose settings the steps change, and those that get more clients by that',
    ),
  ),
);

export const RolloutCheckSchema = v.variant('check', [
  v.strictObject({
    check: v.pipe(
      v.literal('connects'),
      v.description('clients are taken by the region that should take them'),
    ),
    regions: Regions,
    minSuccess: v.optional(v.pipe(Share, v.maxValue(1)), 0.99),
    margin: v.optional(
      v.pipe(
        Share,
        v.maxValue(1),
        v.description('how much less than at the other regions, from the same data centers, it may be'),
      ),
      0.01,
    ),
  }),
  v.strictObject({
    check: v.pipe(
      v.literal('p95'),
      v.description('how long a connect takes, for 95 of 100 that a region takes'),
    ),
    regions: Regions,
    maxMs: v.exactOptional(v.pipe(v.number(), v.minValue(1))),
    ratio: v.optional(
      v.pipe(
        v.number(),
        v.minValue(1),
        v.description('times that of the other regions, from the same data centers, plus 100 ms'),
      ),
      2,
    ),
  }),
  v.strictObject({
    check: v.pipe(
      v.literal('disconnects'),
      v.description('connections that a server ended as too slow or dead, of 1,000 clients in an interval'),
    ),
    regions: Regions,
    maxPerThousand: v.optional(v.pipe(v.number(), v.minValue(0)), 5),
  }),
  v.strictObject({
    check: v.pipe(v.literal('regions'), v.description('the regions serve')),
    regions: Regions,
  }),
  v.strictObject({
    check: v.pipe(v.literal('mesh'), v.description('all links between regions that are up are up')),
  }),
  v.strictObject({
    check: v.pipe(v.literal('jetstream'), v.description('each JetStream server holds everything')),
  }),
  v.strictObject({
    check: v.pipe(
      v.literal('lag'),
      v.description('a stream that mirrors or sources another one has nearly all of it'),
    ),
    stream: v.string(),
    max: v.optional(v.pipe(Count, v.description('messages')), 0),
  }),
]);
export type RolloutCheck = Wire<typeof RolloutCheckSchema>;
export type RolloutCheckName = RolloutCheck['check'];

const DEFAULT_CHECKS = ['connects', 'p95', 'disconnects', 'regions', 'mesh', 'jetstream'] as const;

/** A plan, as its file has it. */
export const RolloutPlanSchema = v.strictObject({
  $schema: v.exactOptional(v.string()),
  name: v.pipe(
    v.string(),
    v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'small letters, digits and hyphens, at most 63'),
  ),
  description: v.optional(v.pipe(v.string(), v.maxLength(500)), ''),
  base: v.exactOptional(
    v.pipe(Version, v.description('refused unless it is the current version. By default whatever is')),
  ),
  startAt: v.exactOptional(v.pipe(IsoTime, v.description('by default at once'))),
  every: v.optional(v.pipe(Every, v.description('how often the checks are made')), '30s'),
  minSamples: v.optional(
    v.pipe(
      v.number(),
      v.safeInteger(),
      v.minValue(1),
      v.description('clients, without which a check that counts them waits'),
    ),
    20,
  ),
  failureLimit: v.optional(
    v.pipe(
      v.number(),
      v.safeInteger(),
      v.minValue(1),
      v.maxValue(20),
      v.description('after so many failures of a check in a row it goes back; likewise without data'),
    ),
    3,
  ),
  steps: v.pipe(v.array(RolloutStepSchema), v.minLength(1), v.maxLength(MOST_STEPS)),
  checks: v.optional(
    v.pipe(v.array(RolloutCheckSchema), v.minLength(1), v.maxLength(MOST_CHECKS)),
    DEFAULT_CHECKS.map((check) => ({ check })),
  ),
});
/** A plan with every default filled in. */
export type RolloutPlan = Wire<typeof RolloutPlanSchema>;
/** A plan as its author writes it. */
export type RolloutFile = v.InferInput<typeof RolloutPlanSchema>;

/** `POST /api/rollouts` and `POST /api/rollouts/dry-run` */
export const StartRolloutBodySchema = v.strictObject({ plan: RolloutPlanSchema });
export type StartRolloutBody = v.InferInput<typeof StartRolloutBodySchema>;

/** `POST /api/rollouts/{id}/{operation}` */
export const RolloutOperationBodySchema = v.strictObject({
  full: v.optional(
    v.pipe(v.boolean(), v.description('of `promote`: all steps that are left, now, unwatched')),
    false,
  ),
  reason: v.exactOptional(v.pipe(v.string(), v.maxLength(300))),
  step: v.exactOptional(
    v.pipe(
      v.number(),
      v.safeInteger(),
      v.description('at which its caller has seen it: refused at another one, so that nothing is done twice'),
    ),
  ),
});
export type RolloutOperationBody = v.InferInput<typeof RolloutOperationBodySchema>;

export const ROLLOUT_STATES = ['scheduled', 'running', 'paused', 'done', 'aborted'] as const;
export type RolloutState = (typeof ROLLOUT_STATES)[number];

/** `waiting`: too few samples; `unknown`: what it needs to know did not answer. */
export const VERDICT_OUTCOMES = ['pass', 'fail', 'waiting', 'unknown'] as const;
export type VerdictOutcome = (typeof VERDICT_OUTCOMES)[number];

const VerdictSchema = v.strictObject({
  check: v.string(),
  outcome: v.picklist(VERDICT_OUTCOMES),
  words: v.pipe(v.string(), v.description('the figures that decided')),
  inARow: v.pipe(Count, v.description('how often it has now failed, or been unknown, one after the other')),
});
export type RolloutVerdict = Wire<typeof VerdictSchema>;

const StepForecastSchema = v.strictObject({
  source: v.picklist(['traffic', 'population']),
  movedShare: v.pipe(Share, v.description('of all clients, compared with the step before')),
  regions: v.array(v.strictObject({ region: v.string(), before: Share, after: Share })),
});
export type StepForecast = Wire<typeof StepForecastSchema>;

const StepViewSchema = v.strictObject({
  ...RolloutStepSchema.entries,
  changes: v.pipe(v.array(ChangeSchema), v.description('compared with the step before')),
  forecast: v.pipe(v.nullable(StepForecastSchema), v.description('made before the rollout; null if unknown')),
  version: v.pipe(v.nullable(Version), v.description('that it made; null before, and if it changed nothing')),
  startedAt: v.nullable(Instant),
  endedAt: v.nullable(Instant),
  fact: v.pipe(v.nullable(EditFactSchema), v.description('what came of its version, while that is kept')),
});
export type RolloutStepView = Wire<typeof StepViewSchema>;

const EventSchema = v.strictObject({
  at: Instant,
  what: v.picklist(['created', 'step', 'failed', 'paused', 'resumed', 'promoted', 'aborted', 'done']),
  by: v.pipe(v.string(), v.description('who: a caller, or `meridian`')),
  words: v.string(),
});
export type RolloutEvent = Wire<typeof EventSchema>;

const summary = {
  id: v.pipe(Count, v.description('0 in a dry run, which stores nothing')),
  name: v.string(),
  description: v.string(),
  state: v.picklist(ROLLOUT_STATES),
  why: v.pipe(v.nullable(v.string()), v.description('why it is paused, or was aborted')),
  author: v.string(),
  base: v.pipe(Version, v.description('the version that it goes back to')),
  version: v.pipe(Version, v.description('the newest that it knows, its own or the base')),
  step: v.pipe(v.number(), v.description('which step is in force, from 0; -1 before the first')),
  startAt: v.nullable(Instant),
  createdAt: Instant,
  endedAt: v.nullable(Instant),
};

export const RolloutSummarySchema = v.strictObject({ ...summary, steps: Count });
export type RolloutSummary = Wire<typeof RolloutSummarySchema>;

export const RolloutSchema = v.strictObject({
  ...summary,
  every: v.string(),
  minSamples: Count,
  failureLimit: Count,
  checks: v.array(RolloutCheckSchema),
  steps: v.array(StepViewSchema),
  stepEndsAt: v.pipe(
    v.nullable(Instant),
    v.description('when the next step may begin, if all checks pass then'),
  ),
  checkedAt: v.nullable(Instant),
  verdicts: v.pipe(v.array(VerdictSchema), v.description('of the last look')),
  events: v.pipe(v.array(EventSchema), v.description('oldest first')),
});
export type Rollout = Wire<typeof RolloutSchema>;

export const RolloutsSchema = v.strictObject({
  rollouts: v.pipe(v.array(RolloutSummarySchema), v.description('the last 50, newest first')),
});
export type Rollouts = Wire<typeof RolloutsSchema>;
