import { expect, test } from 'vitest';
import { dayFrom, ORDINARY, splitOf } from './table.js';

const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((total, count) => total + count, 0);

test('most clients of an ordinary day are idle, and all shares are kept', () => {
  const counts = splitOf(ORDINARY, 1_000);
  expect(counts).toEqual({ idle: 600, chat: 150, service: 120, stream: 70, kv: 60 });
});

test.each([12, 13, 20, 59, 61, 300])('%i clients are divided without one more or less', (clients) => {
  expect(sum(splitOf(ORDINARY, clients))).toBe(clients);
});

test('even a few clients do everything, each with somebody to do it with', () => {
  expect(splitOf(ORDINARY, 3)).toEqual({ idle: 1, chat: 2, service: 2, stream: 2, kv: 2 });
});

test('what has no share is done by nobody', () => {
  const day = dayFrom('{"kv": {"share": 0}, "idle": {"share": 0}}');
  expect(splitOf(day, 10)).toMatchObject({ kv: 0, idle: 0 });
  expect(sum(splitOf(day, 10))).toBe(10);
});

test('a text changes what it names and nothing else', () => {
  const day = dayFrom('{"chat": {"everyMs": 100}}');
  expect(day.chat).toEqual({ ...ORDINARY.chat, everyMs: 100 });
  expect(day.kv).toEqual(ORDINARY.kv);
});

test.each([
  ['{', /DAY is no JSON/],
  ['[]', /must be an object/],
  ['{"talk": {}}', /no activity "talk". There are: idle, chat, service, stream, kv/],
  ['{"kv": 5}', /kv must be an object/],
  ['{"kv": {"rate": 5}}', /kv has no "rate". It has: share, everyMs, size, keys, puts/],
  ['{"kv": {"puts": 2}}', /kv.puts is 2: it must be a number from 0 to 1/],
  ['{"kv": {"everyMs": 0}}', /kv.everyMs is 0: it must be a number of at least 1/],
  ['{"kv": {"share": "5"}}', /kv.share is "5"/],
  [JSON.stringify(Object.fromEntries(Object.keys(ORDINARY).map((name) => [name, { share: 0 }]))), /nobody/],
])('%s is refused', (text, problem) => {
  expect(() => dayFrom(text)).toThrow(problem);
});
