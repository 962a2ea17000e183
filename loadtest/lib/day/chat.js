// Rooms of clients: what one publishes, all others of its room hear.

import { Receiver, Sender } from '../flow.js';
import { linked, rounds, sizeOf, tagsOf } from './members.js';

/** @typedef {import('./members.js').Activity} Activity */
/** @typedef {import('./members.js').Group} Group */
/** @typedef {import('./members.js').Member} Member */
/** @typedef {import('./table.js').Habit} Habit */
/** @typedef {{ member: Member, link: string, sender: Sender, heardBy: { guest: Guest, receiver: Receiver }[] }} Guest `link`: the subject on which it answers */

/** @implements {Activity} */
export class Chat {
  /** @type {Guest[]} */
  #guests = [];
  #habit;

  /** @param {Group} group @param {Habit & { room: number }} habit */
  constructor({ members, name }, habit) {
    this.#habit = habit;
    const rooms = Math.ceil(members.length / habit.room);
    for (let room = 0; room < rooms; room += 1) {
      const inside = members.filter((_, index) => index % rooms === room);
      this.#guests.push(...this.#openRoom(inside, `k6.day.${name}.room${room}`));
    }
  }

  /** @param {readonly Member[]} members @param {string} room */
  #openRoom(members, room) {
    const size = sizeOf(this.#habit);
    /** @type {Guest[]} */
    const guests = members.map((member, index) => ({
      member,
      link: `${room}.link.${index}`,
      sender: new Sender(member.client, {
        subject: `${room}.said.${index}`,
        size,
        tags: { activity: 'chat' },
      }),
      heardBy: [],
    }));
    for (const [index, speaker] of guests.entries())
      for (const guest of guests) {
        if (guest === speaker) continue;
        const { client } = guest.member;
        const receiver = new Receiver(client, {
          everyMs: this.#habit.everyMs,
          peer: () => speaker.member.client.region,
          tags: tagsOf(guest.member, 'chat', size),
        });
        client.subscribe(`${room}.said.${index}`, (message) => receiver.take(message));
        speaker.heardBy.push({ guest, receiver });
      }
    // After those to the messages: interest crosses in the order of the subscriptions.
    for (const { member, link } of guests)
      member.client.subscribe(link, ({ payload, reply }) => member.client.publish(reply, payload));
    return guests;
  }

  /** @param {number} byMs */
  async prepare(byMs) {
    await Promise.all(
      this.#guests.flatMap(({ member, heardBy }) =>
        heardBy.map(({ guest }) => linked(member, guest.link, { byMs, activity: 'chat' })),
      ),
    );
  }

  /** @param {{ fromMs: number, untilMs: number }} schedule */
  run(schedule) {
    const { everyMs } = this.#habit;
    return rounds(
      this.#guests,
      { ...schedule, everyMs },
      {
        act: ({ sender, heardBy }, dueMs) => {
          for (const { receiver } of heardBy) receiver.expect(dueMs);
          sender.send(dueMs);
        },
        skip: ({ sender }) => sender.skip(),
      },
    );
  }

  endSchedule() {
    for (const { heardBy } of this.#guests) for (const { receiver } of heardBy) receiver.endSchedule();
  }

  get isDone() {
    return this.#guests.every(({ sender, heardBy }) =>
      heardBy.every(({ receiver }) => receiver.arrived >= sender.sent),
    );
  }

  async finish() {
    for (const { sender, heardBy } of this.#guests)
      for (const { receiver } of heardBy) receiver.finish(sender.sent);
  }
}
