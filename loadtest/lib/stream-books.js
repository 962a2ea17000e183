// The books of a stream at the end: all that was acknowledged was read by every consumer, or is still owed to it, or is
// missing there; and what none has read has to be in the stream, or is lost.

import * as metrics from './metrics.js';
import { isStored, storedIn } from './stream-state.js';

/** @typedef {import('./lasting-client.js').LastingClient} LastingClient */
/** @typedef {{ subject: string, ledger: import('./ledger.js').Ledger }} Written what one publisher has published */
/** @typedef {{ consumer: import('./pull-consumer.js').PullConsumer, receivers: readonly import('./stream-flow.js').StreamReceiver[] }} Reader the receivers are in the order of the publishers */

/** How many messages that no reader has read are looked for, one by one. */
const LOOKED_FOR = 200;

/**
 * Counts what is behind, missing and lost.
 *
 * @param {LastingClient} client who asks
 * @param {string} stream
 * @param {{ written: readonly Written[], readers: readonly Reader[], tags?: Record<string, string> }} books
 */
export async function closeBooks(client, stream, { written, readers, tags = {} }) {
  /** @type {number[][][]} */
  const unread = [];
  for (const { consumer, receivers } of readers) {
    const settled = await consumer.settledUpTo(client);
    unread.push(
      receivers.map((receiver, place) => {
        const numbers = receiver.finish();
        const behind = numbers.filter(
          (number) => (written[place]?.ledger.sequenceOf(number) ?? 0) > settled,
        ).length;
        receiver.noteUnread({ missing: numbers.length - behind, behind });
        return numbers;
      }),
    );
  }
  metrics.lost.add(await lostOf(client, stream, { written, unread }), tags);
}

/**
 * How many of the messages that were acknowledged are not in the stream. It is what nobody has read and is not found,
 * and at least as many as the stream has too few: nothing is ever removed from it.
 *
 * @param {LastingClient} client
 * @param {string} stream
 * @param {{ written: readonly Written[], unread: readonly (readonly number[][])[] }} books `unread`: for each reader, the
 *   numbers of each publisher that it has not read
 * @returns {Promise<number>}
 */
async function lostOf(client, stream, { written, unread }) {
  const unreadByAll = written.flatMap(({ subject, ledger }, place) => {
    const [first = [], ...others] = unread.map((ofReader) => new Set(ofReader[place]));
    return [...first]
      .filter((number) => others.every((numbers) => numbers.has(number)))
      .map((number) => ({ subject, number, sequence: ledger.sequenceOf(number) }));
  });
  let lost = 0;
  for (const message of unreadByAll.slice(0, LOOKED_FOR))
    if (!(await isStored(client, stream, message))) lost += 1;
  const acknowledged = written.reduce((sum, { ledger }) => sum + ledger.count, 0);
  const stored = await storedIn(client, stream);
  return stored === undefined ? lost : Math.max(lost, acknowledged - stored);
}
