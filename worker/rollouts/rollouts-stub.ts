// How the object of rollouts is reached, and what can be asked of it.

import type { ErrorCode } from '../../api/errors.ts';
import type { RolloutOperation } from '../../api/paths.ts';
import type { Rollout, RolloutPlan, RolloutSummary } from '../../api/rollouts.ts';
import type { Problem } from '../../regions/problems.ts';
import type { Env } from '../env.ts';

export interface StartRollout {
  readonly plan: RolloutPlan;
  readonly dryRun: boolean;
  readonly author: string;
}

export interface OperateRollout {
  readonly id: number;
  readonly operation: RolloutOperation;
  readonly by: string;
  /** Of `promote`: all steps that are left. */
  readonly full: boolean;
  readonly reason?: string;
  /** At which step its caller has seen it: refused at another one. */
  readonly step?: number;
}

export type RolloutOutcome =
  | { readonly kind: 'ok'; readonly rollout: Rollout }
  | { readonly kind: 'no_store' }
  | { readonly kind: 'no_such_rollout' }
  /** Another one is not over. */
  | { readonly kind: 'running'; readonly id: number; readonly name: string }
  /** It is over, or not in a state for that. */
  | { readonly kind: 'not_now'; readonly why: string }
  | { readonly kind: 'conflict'; readonly current: number }
  | { readonly kind: 'past' }
  | { readonly kind: 'invalid'; readonly step: number; readonly problems: readonly Problem[] }
  /** A step that the store would refuse. */
  | { readonly kind: 'refused'; readonly step: number; readonly code: RefusalCode; readonly words: string };

export type RefusalCode = Extract<ErrorCode, 'needs_deploy' | 'last_region' | 'jetstream_behind'>;

/** What the Worker calls, over RPC. */
export interface RolloutMethods {
  start(request: StartRollout): Promise<RolloutOutcome>;
  operate(request: OperateRollout): Promise<RolloutOutcome>;
  show(id: number): Promise<Rollout | undefined>;
  list(): Promise<readonly RolloutSummary[]>;
  /** Goes on, if an alarm was lost. */
  begin(): Promise<void>;
}

/** The name of the only object. */
const NAME = 'rollouts';

/** Undefined if the deployment has none. */
export function rolloutsOf(env: Env): RolloutMethods | undefined {
  return env.ROLLOUTS?.getByName(NAME) as RolloutMethods | undefined;
}
