// Clients in a ring: each publishes to the next one and asks it, by turns and by a schedule, wherever both are served.

import { Asker } from './asker.js';
import { talkByTurns } from './by-turns.js';
import { Receiver, Sender } from './flow.js';
import * as metrics from './metrics.js';
import { isLinked } from './pair.js';
import { userId } from './runner.js';
import { cityTag } from './target.js';
import { lastOnes, planEnds } from './times.js';

/** @typedef {import('./lasting-client.js').LastingClient} LastingClient */
/** @typedef {{ city: import('./cities.js').City | undefined, client: LastingClient }} Member */
/** @typedef {{ from: Member, to: Member, service: string, sender: Sender, receiver: Receiver, asker: Asker }} Link */

export class Ring {
  /** @type {readonly Link[]} */
  #links;
  #everyMs;

  /**
   * @param {readonly Member[]} members
   * @param {{ everyMs: number, size: number, endsAtMs: number }} options `everyMs`: between two messages of a client, and
   *   between two of its requests; `endsAtMs`: by then all requests have failed that have no answer
   */
  constructor(members, { everyMs, size, endsAtMs }) {
    this.#everyMs = everyMs;
    // Another run may be going on.
    const run = Math.random().toString(36).slice(2);
    this.#links = members.map((from, index) => {
      const to = /** @type {Member} */ (members[(index + 1) % members.length]);
      const subject = `k6.${userId()}.${run}.${index}`;
      const service = `${subject}.service`;
      const sized = { size: `${size}` };
      const receiver = new Receiver(to.client, {
        everyMs,
        peer: () => from.client.region,
        tags: { ...cityTag(to.city), ...sized },
      });
      to.client.subscribe(subject, (message) => void receiver.take(message));
      to.client.subscribe(service, ({ payload, reply }) => to.client.publish(reply, payload));
      const asker = new Asker(from.client, {
        subject: service,
        payload: new Uint8Array(size).fill(46),
        tags: { ...cityTag(from.city), ...sized },
        endsAtMs,
      });
      return { from, to, service, receiver, asker, sender: new Sender(from.client, { subject, size }) };
    });
  }

  /**
   * Interest crosses the mesh after the subscription; a message published before it arrives would be missed.
   *
   * @param {number} byMs
   */
  async linked(byMs) {
    await Promise.all(
      this.#links.map(async ({ from, to, service }) => {
        if (await isLinked(from.client, service, byMs)) return;
        metrics.errors.add(true, { kind: 'unlinked', region: to.client.region, peer: from.client.region });
        console.error(`what is published in ${from.client.region} does not arrive in ${to.client.region}`);
      }),
    );
  }

  /**
   * All talk, until their time is over and the last ones have arrived or had their time.
   *
   * @param {{ fromMs: number, untilMs: number, overMs: number }} times
   */
  async talk({ fromMs, untilMs, overMs }) {
    const everyMs = this.#everyMs;
    await Promise.all(
      // Spread over the interval, so that the load is even.
      this.#links.map((link, index) =>
        talkByTurns(link, { fromMs: fromMs + (everyMs * index) / this.#links.length, untilMs, everyMs }),
      ),
    );
    await planEnds(
      untilMs,
      this.#links.flatMap(({ from, receiver }) => [from.client, receiver]),
    );
    await lastOnes(overMs, () =>
      this.#links.every(
        ({ sender, receiver, asker }) => receiver.arrived >= sender.sent && asker.pending === 0,
      ),
    );
    for (const { sender, receiver } of this.#links) receiver.finish(sender.sent);
  }
}
