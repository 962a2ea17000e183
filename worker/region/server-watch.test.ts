import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ANSWERS_WITHIN_MS, LOOK_EVERY_MS, type Look, ServerWatch } from './server-watch.ts';

const ANSWER: Look = { connections: 1, leafs: 0, maxConnections: 9, isClosing: false, askedAt: 0 };

let told: (Look | undefined)[];
let asked: number;
let isRunning: boolean;
let isInUse: boolean;
let ask: () => Promise<Look>;
let watch: ServerWatch;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  asked = 0;
  isRunning = true;
  isInUse = true;
  ask = async () => ANSWER;
  watch = new ServerWatch({
    ask: () => {
      asked += 1;
      return ask();
    },
    tell: (look) => void told.push(look),
    isInUse: () => isInUse,
    isRunning: () => isRunning,
  });
});

afterEach(() => void vi.useRealTimers());

/** As a request to a stopped process: nothing comes until the request itself is given up. */
const hang = () =>
  new Promise<never>((_, reject) => setTimeout(() => reject(new Error('time is up')), ANSWERS_WITHIN_MS));

test('a server in use is looked at every two seconds, until it ends', async () => {
  watch.begin();
  await vi.advanceTimersByTimeAsync(3 * LOOK_EVERY_MS);
  expect(told).toEqual([ANSWER, ANSWER, ANSWER]);
  watch.end();
  await vi.advanceTimersByTimeAsync(3 * LOOK_EVERY_MS);
  expect(asked).toBe(3);
});

test('a server without clients is left alone, until somebody uses it', async () => {
  isInUse = false;
  watch.begin();
  await vi.advanceTimersByTimeAsync(10 * LOOK_EVERY_MS);
  expect(asked).toBe(1);
  isInUse = true;
  watch.use();
  watch.use();
  await vi.advanceTimersByTimeAsync(LOOK_EVERY_MS);
  expect(asked).toBe(2);
});

test('a server that hangs has left two looks unanswered within six seconds', async () => {
  watch.begin();
  await vi.advanceTimersByTimeAsync(LOOK_EVERY_MS);
  ask = hang;
  await vi.advanceTimersByTimeAsync(LOOK_EVERY_MS + 2 * ANSWERS_WITHIN_MS + 10);
  expect(told).toEqual([ANSWER, undefined, undefined]);
});

describe('a look', () => {
  test('is one, however many ask for it', async () => {
    await Promise.all([watch.look(), watch.look(), watch.look()]);
    expect([asked, told]).toEqual([1, [ANSWER]]);
  });

  test('takes the place of the one that is due', async () => {
    watch.begin();
    await vi.advanceTimersByTimeAsync(LOOK_EVERY_MS / 2);
    await watch.look();
    await vi.advanceTimersByTimeAsync(LOOK_EVERY_MS - 1);
    expect(asked).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toBe(2);
  });

  test('whose connection breaks asks again: only two seconds without an answer are none', async () => {
    ask = async () => (asked < 5 ? Promise.reject(new Error('broken')) : ANSWER);
    const look = watch.look();
    await vi.advanceTimersByTimeAsync(ANSWERS_WITHIN_MS);
    expect(await look).toEqual(ANSWER);
    ask = () => Promise.reject(new Error('broken'));
    void watch.look();
    await vi.advanceTimersByTimeAsync(ANSWERS_WITHIN_MS - 1);
    expect(told).toEqual([ANSWER]);
    await vi.advanceTimersByTimeAsync(1);
    expect(told).toEqual([ANSWER, undefined]);
  });

  test('of a server that has ended says nothing: its end is noticed in another way', async () => {
    ask = hang;
    const look = watch.look();
    isRunning = false;
    await vi.advanceTimersByTimeAsync(ANSWERS_WITHIN_MS);
    expect([await look, told]).toEqual([undefined, []]);
  });
});
