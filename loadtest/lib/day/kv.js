// A bucket of keys: clients read them and write those that are theirs; one watches all.

import { nowMs } from '../clock.js';
import { createBucket, getKey, KeyWatch, keySubject, streamOf } from '../kv.js';
import * as metrics from '../metrics.js';
import { NatsError } from '../nats-error.js';
import { chanceOf } from '../random.js';
import { noteSkipped } from '../skipped.js';
import { readStamp, writeStamp } from '../stamp.js';
import { Storer } from '../stream-flow.js';
import { StreamLeader } from '../stream-leader.js';
import { takesFrom } from '../stream-state.js';
import { pause } from '../wait.js';
import { left, noteUnlinked, rounds, sizeOf, tagsOf } from './members.js';

/** @typedef {import('./members.js').Activity} Activity */
/** @typedef {import('./members.js').Group} Group */
/** @typedef {import('./members.js').Member} Member */
/** @typedef {import('./table.js').Habit} Habit */
/** @typedef {{ written: number, stored: number, seen: number }} Key the numbers of the last one that was written, acknowledged, and seen by the watching client; -1 before the first */
/** @typedef {{ member: Member, tags: Record<string, string>, storer: Storer, own: number[], turns: number }} User `own`: the keys that only it writes, so that their values have an order */

const GET_TIMEOUT_MS = 5_000;
const PROBE_EVERY_MS = 50;

/** @implements {Activity} */
export class KeyValue {
  #bucket;
  #replicas;
  #endsAtMs;
  #habit;
  #leader;
  #watch;
  #watcher;
  #watcherTags;
  #payload;
  /** @type {User[]} */
  #users;
  /** @type {Key[]} */
  #keys;
  #reading = 0;
  /** @type {Promise<void>[]} */
  #running = [];

  /** @param {Group} group @param {Habit & { keys: number, puts: number }} habit */
  constructor({ members, name, replicas, endsAtMs }, habit) {
    const [first] = members;
    if (first === undefined) throw new Error('a bucket needs clients');
    const size = sizeOf(habit);
    this.#bucket = `${name}-bucket`;
    this.#replicas = replicas;
    this.#endsAtMs = endsAtMs;
    this.#habit = habit;
    this.#payload = new Uint8Array(size).fill(32);
    this.#leader = new StreamLeader(first.client, streamOf(this.#bucket));
    this.#watcher = first;
    this.#watcherTags = tagsOf(first, 'kv', size);
    this.#watch = new KeyWatch(first.client, this.#bucket, (key, payload) => this.#changed(key, payload));
    const keys = [...Array(Math.max(members.length, Math.round(habit.keys))).keys()];
    this.#keys = keys.map(() => ({ written: -1, stored: -1, seen: -1 }));
    this.#users = members.map((member, index) => {
      const tags = tagsOf(member, 'kv', size);
      const leader = () => this.#leader.region;
      const storer = new Storer(member.client, { tagsAt: () => tags, leader, endsAtMs });
      return {
        member,
        tags,
        storer,
        own: keys.filter((key) => key % members.length === index),
        turns: index,
      };
    });
  }

  /** Every key has a value before the first is read. @param {number} byMs */
  async prepare(byMs) {
    await createBucket(this.#watcher.client, this.#bucket, this.#replicas, left(byMs));
    await Promise.all(
      this.#users.map(async ({ member: { client }, own }) => {
        for (const key of own)
          if (!(await takesFrom(client, this.#subject(key), byMs))) return noteUnlinked(client, 'kv');
        if (!(await this.#canRead(client, own[0] ?? 0, byMs))) noteUnlinked(client, 'kv');
      }),
    );
    await this.#leader.look();
    await this.#watch.begin(left(byMs));
  }

  /** @param {import('../lasting-client.js').LastingClient} client @param {number} key @param {number} byMs */
  async #canRead(client, key, byMs) {
    for (; nowMs() < byMs; await pause(PROBE_EVERY_MS)) {
      const found = await getKey(client, this.#bucket, `${key}`, left(byMs)).catch(() => undefined);
      if (found !== undefined) return true;
    }
    return false;
  }

  /** @param {{ fromMs: number, untilMs: number }} schedule */
  run(schedule) {
    this.#running = [this.#leader.follow(), this.#watch.run()];
    const { everyMs, puts } = this.#habit;
    const isPut = (/** @type {User} */ user) => {
      user.turns += 1;
      // So many of all turns, evenly.
      return Math.floor(user.turns * puts) > Math.floor((user.turns - 1) * puts);
    };
    return rounds(
      this.#users,
      { ...schedule, everyMs },
      {
        act: (user, dueMs) => void (isPut(user) ? this.#put(user, dueMs) : this.#get(user, dueMs)),
        skip: (user, dueMs) => {
          const { storer, tags, member } = user;
          if (isPut(user)) storer.skip(dueMs);
          else noteSkipped({ ...tags, region: member.client.region, kind: 'request' });
        },
      },
    );
  }

  /** @param {User} user @param {number} dueMs */
  #put({ own, storer, turns }, dueMs) {
    const place = own[Math.floor(chanceOf(turns) * own.length)] ?? 0;
    const key = this.#keys[place];
    if (key === undefined) return;
    const number = key.written + 1;
    writeStamp(this.#payload, { number, dueMs, sentMs: nowMs() });
    const stored = storer.store(this.#subject(place), this.#payload, dueMs);
    if (stored === undefined) return;
    key.written = number;
    void stored.then((sequence) => {
      if (sequence !== undefined) key.stored = Math.max(key.stored, number);
    });
  }

  /** @param {User} user @param {number} dueMs */
  async #get({ member: { client }, tags, turns }, dueMs) {
    const from = { ...tags, region: client.region };
    metrics.due.add(1, { ...from, kind: 'request' });
    this.#reading += 1;
    const sentMs = nowMs();
    const key = Math.floor(chanceOf(turns) * this.#keys.length);
    const timeoutMs = Math.max(1, Math.min(GET_TIMEOUT_MS, this.#endsAtMs - sentMs));
    try {
      const found = await getKey(client, this.#bucket, `${key}`, timeoutMs);
      const now = nowMs();
      if (found === undefined) metrics.errors.add(true, { ...from, kind: 'no_responders' });
      else {
        metrics.requestTime.add(now - dueMs, from);
        metrics.requestServiceTime.add(now - sentMs, from);
        metrics.errors.add(false, from);
      }
    } catch (error) {
      const isClosed = error instanceof NatsError && error.kind === 'closed';
      metrics.errors.add(true, { ...from, kind: isClosed ? 'closed' : 'request' });
    }
    this.#reading -= 1;
  }

  /** The watching client sees a change. @param {string} name @param {Uint8Array} payload */
  #changed(name, payload) {
    const key = this.#keys[Number(name)];
    const { number, dueMs, sentMs } = readStamp(payload);
    // The values of the beginning have no stamp.
    if (key === undefined || Number.isNaN(number)) return;
    const tags = this.#seenTags(Number(name));
    if (number === key.seen) return metrics.doubled.add(1, tags);
    metrics.delivered.add(1, tags);
    if (number < key.seen) return metrics.disordered.add(1, tags);
    key.seen = number;
    metrics.deliveryTime.add(nowMs() - dueMs, tags);
    metrics.deliveryServiceTime.add(nowMs() - sentMs, tags);
  }

  /** @param {number} key */
  #seenTags(key) {
    const writer = this.#users[key % this.#users.length];
    const peer = writer?.member.client.region ?? '';
    return { ...this.#watcherTags, region: this.#watcher.client.region, peer };
  }

  endSchedule() {}

  get isDone() {
    return (
      this.#reading === 0 &&
      this.#users.every(({ storer }) => storer.pending === 0) &&
      this.#keys.every(({ stored, seen }) => seen >= stored)
    );
  }

  async finish() {
    this.#watch.stop();
    this.#leader.stop();
    await Promise.all(this.#running);
    // Values in between may be overwritten before they are seen; the last one may not be missed.
    for (const [key, { stored, seen }] of this.#keys.entries())
      if (seen < stored) metrics.missing.add(1, this.#seenTags(key));
  }

  /** @param {number} key */
  #subject(key) {
    return keySubject(this.#bucket, `${key}`);
  }
}
