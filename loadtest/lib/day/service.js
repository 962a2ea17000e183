// A service: some clients answer in a queue group, the others ask.

import { Asker } from '../asker.js';
import { linked, rounds, tagsOf } from './members.js';

/** @typedef {import('./members.js').Activity} Activity */
/** @typedef {import('./members.js').Group} Group */
/** @typedef {import('./table.js').Habit} Habit */

/** @implements {Activity} */
export class Service {
  #subject;
  #habit;
  #askers;

  /** @param {Group} group @param {Habit & { answering: number }} habit */
  constructor({ members, name, endsAtMs }, habit) {
    this.#habit = habit;
    this.#subject = `k6.day.${name}.service`;
    const answering = Math.round(members.length * habit.answering);
    const answerers = members.slice(0, Math.min(members.length - 1, Math.max(1, answering)));
    for (const { client } of answerers)
      client.subscribe(this.#subject, ({ payload, reply }) => client.publish(reply, payload), 'answering');
    const size = Math.round(habit.size);
    const payload = new Uint8Array(size).fill(46);
    this.#askers = members.slice(answerers.length).map((member) => ({
      member,
      asker: new Asker(member.client, {
        subject: this.#subject,
        payload,
        tags: tagsOf(member, 'service', size),
        endsAtMs,
      }),
    }));
  }

  /** @param {number} byMs */
  async prepare(byMs) {
    await Promise.all(
      this.#askers.map(({ member }) => linked(member, this.#subject, { byMs, activity: 'service' })),
    );
  }

  /** @param {{ fromMs: number, untilMs: number }} schedule */
  run(schedule) {
    const { everyMs } = this.#habit;
    return rounds(
      this.#askers,
      { ...schedule, everyMs },
      { act: ({ asker }, dueMs) => asker.ask(dueMs), skip: ({ asker }) => asker.skip() },
    );
  }

  endSchedule() {}

  get isDone() {
    return this.#askers.every(({ asker }) => asker.pending === 0);
  }

  async finish() {}
}
