// The books of a stream at the end: all that was acknowledged was read by every consumer, or is still owed to it, or is
// missing there; and what none has read has to be in the stream, or is lost. Where nobody says what the stream holds, that
// is told, and nothing is taken for lost.

import { lostOf } from './lost.js';
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
  const unread = await Promise.all(
    readers.map(async ({ consumer, receivers }) => {
      const settled = await consumer.settledUpTo(client);
      return receivers.map((receiver, place) => {
        const numbers = receiver.finish();
        const behind = numbers.filter(
          (number) => (written[place]?.ledger.sequenceOf(number) ?? 0) > settled,
        ).length;
        receiver.noteUnread({ missing: numbers.length - behind, behind });
        return numbers;
      });
    }),
  );
  const { lost, isWhole } = lostOf({
    acknowledged: written.reduce((sum, { ledger }) => sum + ledger.count, 0),
    stored: await storedIn(client, stream),
    found: await findAll(client, stream, unreadByAll(written, unread)),
  });
  metrics.lost.add(lost, tags);
  metrics.errors.add(!isWhole, { ...tags, kind: 'unasked' });
  if (!isWhole) console.error(`${stream}: nobody says what it holds at the end`);
}

/**
 * @param {readonly Written[]} written
 * @param {readonly (readonly number[][])[]} unread for each reader, the numbers of each publisher that it has not read
 */
function unreadByAll(written, unread) {
  return written.flatMap(({ subject, ledger }, place) => {
    const [first = [], ...others] = unread.map((ofReader) => new Set(ofReader[place]));
    return [...first]
      .filter((number) => others.every((numbers) => numbers.has(number)))
      .map((number) => ({ subject, number, sequence: ledger.sequenceOf(number) }));
  });
}

/**
 * Whether they are in the stream. Nobody is asked again who has not answered: the run ends.
 *
 * @param {LastingClient} client
 * @param {string} stream
 * @param {readonly { subject: string, number: number, sequence: number }[]} messages
 */
async function findAll(client, stream, messages) {
  /** @type {(boolean | undefined)[]} */
  const found = [];
  for (const message of messages.slice(0, LOOKED_FOR)) {
    found.push(await isStored(client, stream, message));
    if (found.at(-1) === undefined) break;
  }
  return found;
}
