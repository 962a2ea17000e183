// What this isolate has learned about the regions, and the background work that keeps it up to date. No request waits
// for any of it, but the first from a data center, for a few milliseconds.

import type { Decision } from '../../routing/decision.ts';
import { lastingOrder } from '../../routing/lasting-order.ts';
import type { Observations, ServerObservation } from '../../routing/observation.ts';
import { chooseIncumbent } from '../../routing/optimal-region.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import { anyRegionOf } from '../config/config-copy.ts';
import { measures } from '../config/one-machine.ts';
import type { EdgeContext } from '../edge-context.ts';
import { askRegion, rememberAt } from './ask-region.ts';
import { loadRecord, saveRecord } from './colo-cache.ts';
import { withTaken } from './colo-record.ts';
import type { Lesson } from './hand-off.ts';
import { afterLesson } from './lessons.ts';
import { FIRST_WAIT_MS, Observer, type ObserverHost } from './observer.ts';

/** Represents the data center if it is unknown, as in tests and on the local stack. */
export const UNKNOWN_COLO = 'unknown';

/** One per isolate. */
const observer = new Observer();

/**
 * Resolves once the data center's record is there, or has been waited for long enough; undefined if there is nothing to wait
 * for, as for nearly all requests.
 *
 * @param known what this isolate knows; a benchmark passes one that knows nothing yet
 */
export function untilKnown(
  colo: string,
  { background }: Pick<EdgeContext, 'background'>,
  known = observer,
): Promise<void> | undefined {
  const begun = known.begin(colo, (from) => loadRecord(from));
  if (begun?.isMine) background('first load', begun.load);
  return begun && waitedFor(begun.load, colo, known);
}

async function waitedFor(load: Promise<void>, colo: string, known: Observer): Promise<void> {
  await withTimeout(load, FIRST_WAIT_MS, 'late').catch(() => {});
  known.stopWaiting(colo);
}

/** What is known at a data center, without waiting. */
export function observationsAt(colo: string, now: number): Observations {
  return observer.observations(colo, now);
}

/** Asks the regions for their status if that is due, beginning with the best ones for clients like this one. */
export function observeFrom(colo: string, decision: Decision, edge: EdgeContext): void {
  const ranked = () => lastingOrder(decision);
  if (!observer.isDue(colo, ranked, Date.now())) return;
  const { env, config, plan } = edge;
  const host: ObserverHost = {
    ask: (id, from) => askRegion(env, anyRegionOf(id, edge), from),
    remember: (id, from, trips) => rememberAt(env, anyRegionOf(id, edge), from, trips),
    load: (from) => loadRecord(from),
    save: saveRecord,
    now: Date.now,
    random: Math.random,
  };
  const refreshed = observer.refresh(colo, host, {
    ranked: ranked(),
    measure: measures(env, config),
    incumbent: (observations) =>
      colo === UNKNOWN_COLO ? undefined : chooseIncumbent(colo, { plan, observations, now: Date.now() }),
  });
  edge.background('observe', refreshed);
}

/** Remembers which server of a region took a client, and what its answer said of the others. */
export function noteTaken(
  colo: string,
  region: string,
  taken: { readonly number: number; readonly said: readonly ServerObservation[] | undefined },
): void {
  observer.note(colo, (record) => withTaken(record, region, taken, Date.now()));
}

/** Remembers the result of an attempt to hand a client over. */
export function learnAt(colo: string, lesson: Lesson): void {
  observer.note(colo, (record) => afterLesson(record, lesson, Date.now()));
}
