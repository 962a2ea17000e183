// What failed, in words: one sentence for each kind of failure, and the first line's of credentials.

import { inRegionOrder } from '../world-map/region-look.ts';
import { formatCount, formatMoment } from './format-value.ts';
import { whenText } from './interruption-text.ts';
import type { Summary } from './summary.ts';

/** What a kind means, where its name does not say it. */
const MEANINGS: Readonly<Record<string, string>> = {
  refused: 'nobody listened, or the upgrade was refused',
  unavailable: 'the edge answered with 503',
  residency: 'the edge answered with 451',
  authorization: 'the credentials were refused',
  timeout: 'no answer to the upgrade or to CONNECT in time',
  protocol: 'what came was not NATS, or an -ERR',
  closed: 'the connection ended, or there was none',
  ping: 'no PONG in time',
  request: 'no reply in time',
  ack: 'no acknowledgement in time, or a refusal',
  no_responders: 'nobody answered requests on that subject',
  decision: 'the edge did not say its decision',
  unlinked: 'messages from one region did not arrive in another one',
  unreached: 'not all subscribers could be reached',
  incomplete: 'not all clients were there at the same time',
  unfollowed: 'new clients did not land where they should',
  unmoved: 'a client stayed in a region that was drained',
  gone: 'a client had no service when the schedule ended',
  behind: 'a consumer had not read all',
  unasked: 'nobody said what a stream holds',
  stream: 'a stream, a bucket or a consumer could not be created',
  journal: 'keeping the journal failed',
  disturb: 'disturbing the target failed',
};

/** More regions than these are a number. */
const NAMED = 3;

/** One sentence for each kind, in order of time. */
export function failureSentences({
  failures = [],
  regions,
}: Pick<Summary, 'failures' | 'regions'>): readonly string[] {
  const order = regions.map(({ id }) => id);
  return failures.map(({ kind, count, fromMs, toMs, regions: found }) => {
    const what = `${formatCount(count)} ${count === 1 ? 'attempt' : 'attempts'} failed`;
    const meaning = MEANINGS[kind];
    const why = meaning === undefined ? kind : `${meaning} (${kind})`;
    return `${what}${whereText(inRegionOrder(new Set(found), order))} ${whenText({ fromMs, toMs })}: ${why}`;
  });
}

function whereText(regions: readonly string[]): string {
  if (regions.length === 0) return '';
  return regions.length > NAMED
    ? ` in ${formatCount(regions.length)} regions`
    : ` in ${regions.join(' and ')}`;
}

/** Of credentials that were refused: those that had been taken are no longer what they were. */
export function credentialsSentence({ failures = [] }: Pick<Summary, 'failures'>): readonly string[] {
  const refused = failures.find(({ kind }) => kind === 'authorization');
  if (refused === undefined) return [];
  const { fromMs, afterService, beforeService } = refused;
  const what = 'clients were refused for their credentials';
  if (beforeService)
    return [`${whenText(refused)} ${what}, which were taken ${afterService ? 'before and ' : ''}after it`];
  const since = `from ${formatMoment(fromMs)} on ${what}`;
  return [
    afterService ? `${since}, which had been taken until then: they have expired, or were changed` : since,
  ];
}
