// A stream: clients publish to it and wait for acknowledgements, others read it through durable consumers.

import { ask, createStream } from '../jetstream.js';
import { PullConsumer } from '../pull-consumer.js';
import { closeBooks } from '../stream-books.js';
import { StreamReceiver, StreamSender } from '../stream-flow.js';
import { StreamLeader } from '../stream-leader.js';
import { takesFrom } from '../stream-state.js';
import { left, noteUnlinked, rounds, sizeOf, tagsOf } from './members.js';

/** @typedef {import('./members.js').Activity} Activity */
/** @typedef {import('./members.js').Group} Group */
/** @typedef {import('./members.js').Member} Member */
/** @typedef {import('./table.js').Habit} Habit */
/** @typedef {{ member: Member, subject: string, sender: StreamSender }} Writer */
/** @typedef {{ consumer: PullConsumer, receivers: StreamReceiver[] }} Reader the receivers are in the order of the writers */

/** @implements {Activity} */
export class Stream {
  #name;
  #replicas;
  #habit;
  #leader;
  /** Asks about the stream. */
  #keeper;
  /** @type {Writer[]} */
  #writers;
  /** @type {Reader[]} */
  #readers;
  /** @type {Promise<void>[]} */
  #running = [];
  #isThere = false;

  /** @param {Group} group @param {Habit} habit */
  constructor({ members, name, replicas, endsAtMs }, habit) {
    const [first] = members;
    if (first === undefined) throw new Error('a stream needs clients');
    const size = sizeOf(habit);
    this.#name = `${name}-stream`;
    this.#replicas = replicas;
    this.#habit = habit;
    this.#keeper = first.client;
    this.#leader = new StreamLeader(first.client, this.#name);
    this.#writers = members
      .filter((_, index) => index % 2 === 0)
      .map((member, index) => {
        const subject = `${this.#name}.message.${index}`;
        const tags = tagsOf(member, 'stream', size);
        const sender = new StreamSender(member.client, {
          subject,
          size,
          tagsAt: () => tags,
          leader: () => this.#leader.region,
          endsAtMs,
        });
        return { member, subject, sender };
      });
    this.#readers = members
      .filter((_, index) => index % 2 === 1)
      .map((member, index) => this.#readerOf(member, index));
  }

  /** @param {Member} member @param {number} index @returns {Reader} */
  #readerOf(member, index) {
    const tags = tagsOf(member, 'stream', sizeOf(this.#habit));
    const receivers = this.#writers.map(
      ({ member: writer, sender: { ledger } }) =>
        new StreamReceiver(member.client, {
          ledger,
          everyMs: this.#habit.everyMs,
          peer: () => writer.client.region,
          tagsAt: () => tags,
        }),
    );
    const consumer = new PullConsumer(member.client, {
      stream: this.#name,
      name: `reader-${index}`,
      filter: `${this.#name}.message.*`,
      onMessage: ({ subject, payload }) => receivers[Number(subject.split('.').at(-1))]?.take({ payload }),
    });
    return { consumer, receivers };
  }

  /** @param {number} byMs */
  async prepare(byMs) {
    const config = { subjects: [`${this.#name}.>`], num_replicas: this.#replicas };
    await createStream(this.#keeper, this.#name, config, left(byMs));
    await Promise.all(this.#readers.map(({ consumer }) => consumer.create(left(byMs))));
    this.#isThere = true;
    await Promise.all(
      this.#writers.map(async ({ member: { client } }) => {
        if (!(await takesFrom(client, `${this.#name}.probe`, byMs))) noteUnlinked(client, 'stream');
      }),
    );
    // What is in the stream from now on is what was published by the schedule.
    await ask(this.#keeper, `STREAM.PURGE.${this.#name}`, undefined, left(byMs));
    await this.#leader.look();
  }

  /** @param {{ fromMs: number, untilMs: number }} schedule */
  run(schedule) {
    this.#running = [this.#leader.follow(), ...this.#readers.map(({ consumer }) => consumer.run())];
    const places = [...this.#writers.keys()];
    return rounds(
      places,
      { ...schedule, everyMs: this.#habit.everyMs },
      {
        act: (place, dueMs) => {
          for (const { receivers } of this.#readers) receivers[place]?.expect(dueMs);
          this.#writers[place]?.sender.send(dueMs);
        },
        skip: (place, dueMs) => this.#writers[place]?.sender.skip(dueMs),
      },
    );
  }

  endSchedule() {
    for (const { receivers } of this.#readers) for (const receiver of receivers) receiver.endSchedule();
  }

  get isDone() {
    return (
      this.#writers.every(({ sender }) => sender.pending === 0) &&
      this.#readers.every(({ receivers }) => receivers.every(({ isWhole }) => isWhole))
    );
  }

  async finish() {
    for (const { consumer } of this.#readers) consumer.stop();
    this.#leader.stop();
    await Promise.all(this.#running);
    if (!this.#isThere) return;
    await closeBooks(this.#keeper, this.#name, {
      written: this.#writers.map(({ subject, sender: { ledger } }) => ({ subject, ledger })),
      readers: this.#readers,
      tags: { activity: 'stream' },
    });
  }
}
