// Whether streams that are about to lose all of their servers come back from their backups. Pure.

import type { KnownStream } from './record.ts';

/** What the region that leads a stream says of its backup. */
export interface BackupState {
  readonly account: string;
  readonly stream: string;
  /** Messages that are not backed up, and at most how old the oldest of them is, ms. */
  readonly lagMessages: number;
  readonly lagMs: number;
  readonly problem?: string;
}

/** What is not older than that is on its way, and the last of it is backed up when the server stops. */
const ROUNDS = 3;

/**
 * Why they would not come back as they are; undefined if they would.
 *
 * @param states of the regions that lead them; undefined if there are no backups
 * @param everySeconds between two rounds of backups
 */
export function whyNotSaved(
  streams: readonly KnownStream[],
  states: readonly BackupState[] | undefined,
  everySeconds: number,
): string | undefined {
  for (const { account, stream } of streams) {
    const what = `stream ${stream} of ${account} has no other replica`;
    if (states === undefined) return `${what}, and there are no backups: give it replicas`;
    const state = states.find((each) => each.account === account && each.stream === stream);
    if (state === undefined) return `${what}, and its server does not say how far it is backed up`;
    const { lagMessages, lagMs, problem } = state;
    if (lagMessages === 0 || (problem === undefined && lagMs <= ROUNDS * everySeconds * 1000)) continue;
    const why = problem === undefined ? '' : `: ${problem}`;
    return `${what}, and ${lagMessages} of its messages are not backed up${why}`;
  }
  return undefined;
}
