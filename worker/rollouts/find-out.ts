// What the collector of metrics knows at a look. What does not answer is unknown.

import { withTimeout } from '../../waiting/with-timeout.ts';
import { messageOf } from '../message-of.ts';
import type { CollectorMethods } from '../metrics/collector-stub.ts';
import type { Found } from './judge.ts';
import { countedIn } from './visit-window.ts';

/** The collector looks at all servers to answer, which takes it some seconds when one of them hangs. */
export const ANSWER_WITHIN_MS = 8_000;

/** @param collector undefined if the deployment has none */
export async function findOut(
  collector: Pick<CollectorMethods, 'snapshot' | 'traffic'> | undefined,
): Promise<Pick<Found, 'snapshot' | 'counted'>> {
  const [snapshot, hours] = await Promise.all([
    known(collector?.snapshot({ details: true, ephemeral: false })),
    known(collector?.traffic()),
  ]);
  return { snapshot, counted: hours && countedIn(hours) };
}

async function known<T>(what: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return what && (await withTimeout(what, ANSWER_WITHIN_MS, `no answer within ${ANSWER_WITHIN_MS} ms`));
  } catch (error) {
    console.warn(`the collector of metrics: ${messageOf(error)}`);
    return undefined;
  }
}
