// Calls to the Keeper, and the answers for when it fails or there is none.

import type { Env } from '../env.ts';
import { errorResponse } from '../error-response.ts';
import { jetStreamKeeper, type KeeperMethods } from '../jetstream/keeper-stub.ts';
import { messageOf } from '../message-of.ts';

/** Answers with what the Keeper returns: 503 if it fails, or the deployment has none. */
export async function fromKeeper<T>(
  env: Env,
  call: (keeper: KeeperMethods & RestoringKeeper) => Promise<T>,
  answer: (found: T) => Response | Promise<Response>,
): Promise<Response> {
  const keeper = jetStreamKeeper(env);
  if (keeper === undefined) {
    return errorResponse(
      'no_keeper',
      'this deployment has no Keeper, so there is no JetStream: bind JETSTREAM_KEEPER in wrangler.toml',
    );
  }
  let found: T;
  try {
    found = await call(keeper as KeeperMethods & RestoringKeeper);
  } catch (error) {
    const message = `the Keeper does not answer: ${messageOf(error)}. Look at GET /api/jetstream before you try again`;
    return errorResponse('keeper_unavailable', message);
  }
  return answer(found);
}

/** What is asked of the Keeper about restores. */
export interface RestoringKeeper {
  startRestore(asked: AskedRestore): Promise<KeeperJob>;
  startVerify(asked: { readonly account: string; readonly stream: string }): Promise<KeeperJob>;
  planRestore(asked: AskedRestore): Promise<KeeperPlan>;
  /** The newest first. */
  jobs(): Promise<readonly KeeperJob[]>;
  job(id: string): Promise<KeeperJob | undefined>;
  /** The last of each stream. */
  verifications(): Promise<readonly KeeperVerification[]>;
}

export interface AskedRestore {
  readonly account: string;
  readonly stream: string;
  readonly as?: string;
  /** ms since the epoch. */
  readonly at?: number;
  readonly seq?: number;
}

export interface KeeperJob {
  readonly id: string;
  readonly kind: 'restore' | 'verify';
  readonly account: string;
  readonly stream: string;
  readonly as: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly doneMessages: number;
  readonly totalMessages: number;
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly problem?: string;
  readonly result?: string;
}

export interface KeeperPlan {
  readonly messages: number;
  readonly bytes: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** ms since the epoch; absent if there is no message. */
  readonly firstAt?: number;
  readonly lastAt?: number;
  /** Their names. */
  readonly consumers: readonly string[];
  /** In words. */
  readonly notRestored: readonly string[];
  readonly targetExists: boolean;
}

export interface KeeperVerification {
  readonly account: string;
  readonly stream: string;
  readonly at: number;
  readonly ok: boolean;
  readonly problem?: string;
}
