// Clients that are connected and do nothing but PING.

import { Pinger } from '../asker.js';
import { cityTag } from '../target.js';
import { rounds } from './members.js';

/** @typedef {import('./members.js').Activity} Activity */
/** @typedef {import('./members.js').Group} Group */
/** @typedef {import('./table.js').Habit} Habit */

/** @implements {Activity} */
export class Idle {
  #members;
  #habit;
  #pinger;

  /** @param {Group} group @param {Habit} habit */
  constructor({ members, endsAtMs }, habit) {
    this.#members = members;
    this.#habit = habit;
    this.#pinger = new Pinger(endsAtMs);
  }

  async prepare() {}

  /** @param {{ fromMs: number, untilMs: number }} schedule */
  run(schedule) {
    const { everyMs } = this.#habit;
    return rounds(
      this.#members,
      { ...schedule, everyMs },
      {
        act: ({ client, city }, dueMs) => this.#pinger.ping(client, dueMs, placeOf(city)),
        skip: ({ client, city }) => this.#pinger.skip(client, placeOf(city)),
      },
    );
  }

  endSchedule() {}

  get isDone() {
    return this.#pinger.pending === 0;
  }

  async finish() {}
}

/** @param {import('../cities.js').City | undefined} city */
function placeOf(city) {
  return { ...cityTag(city), activity: 'idle' };
}
