// Hands a client to the best region that takes it: the candidates of the decision in their order, three at most,
// within one deadline. Health only saves an attempt; this is what makes a failure harmless.

import type { FailedAttempt } from '../../routing/decision.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import { messageOf } from '../message-of.ts';

/** The third-best region is far; whoever cannot be served by three is better served by trying again. */
export const MAX_ATTEMPTS = 3;

/** One deadline over all attempts. NATS clients give up on a connection after 20 s (nats.js) or 2 s (nats.go). */
export const DEADLINE_MS = 10_000;

/** Close code of a WebSocket whose other end has left (RFC 6455, 7.4.1). */
const GOING_AWAY = 1001;

/** A region that may take the client, and the way there. */
export interface Dialable {
  readonly region: string;
  /** @param signal aborts when the region's share of the deadline is over */
  readonly dial: (signal: AbortSignal) => Promise<Response>;
}

export type Handoff =
  | {
      readonly ok: true;
      readonly region: string;
      readonly response: Response;
      readonly failed: readonly FailedAttempt[];
    }
  | { readonly ok: false; readonly failed: readonly FailedAttempt[] };

export interface HandoffOptions {
  /** Best first. */
  readonly candidates: readonly Dialable[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly deadlineMs?: number;
}

/**
 * Tries the candidates. An attempt gets half of the time that is left, the last one all of it, so that one region
 * that hangs leaves time for the next.
 */
export async function handOff({
  candidates,
  now,
  deadlineMs = DEADLINE_MS,
}: HandoffOptions): Promise<Handoff> {
  const end = now() + deadlineMs;
  const chosen = candidates.slice(0, MAX_ATTEMPTS);
  const failed: FailedAttempt[] = [];
  for (const [index, candidate] of chosen.entries()) {
    const { region } = candidate;
    const started = now();
    const left = end - started;
    if (left <= 0) break;
    const result = await attempt(candidate, index === chosen.length - 1 ? left : left / 2);
    if (typeof result !== 'string') return { ok: true, region, response: result, failed };
    failed.push({ region, reason: result, ms: now() - started });
  }
  return { ok: false, failed };
}

/** The response of a region that took the client or answered it; otherwise why not. */
async function attempt({ dial }: Dialable, limitMs: number): Promise<Response | string> {
  const controller = new AbortController();
  const outcome = outcomeOf(dial, controller.signal);
  try {
    return await withTimeout(outcome, limitMs, 'no answer in time');
  } catch {
    // An outcome never rejects: time is up.
    controller.abort();
    void outcome.then(discard);
    return `no answer within ${Math.round(limitMs)} ms`;
  }
}

/** Never rejects. */
async function outcomeOf(dial: Dialable['dial'], signal: AbortSignal): Promise<Response | string> {
  try {
    const response = await dial(signal);
    return isTaken(response) ? response : await refusalOf(response);
  } catch (error) {
    return messageOf(error);
  }
}

/** A region that took the client after its time was up holds a connection that nobody will use. */
async function discard(late: Response | string): Promise<void> {
  if (typeof late === 'string') return;
  // A WebSocket can only be closed once it was accepted.
  late.webSocket?.accept();
  late.webSocket?.close(GOING_AWAY, 'the client was handed to another region');
  // A body that is broken already needs no cancelling.
  await late.body?.cancel().catch(() => {});
}

/** An upgrade, or the server's own word that this request is wrong, which no other region would take either. */
function isTaken({ status }: Response): boolean {
  return status === 101 || (status >= 400 && status < 500 && status !== 429);
}

async function refusalOf(response: Response): Promise<string> {
  const body = await response.json<{ error?: { message?: string } }>().catch(() => undefined);
  return body?.error?.message ?? `the upgrade was answered with status ${response.status}`;
}
