import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { OutputLog } from './output-log.ts';

const TIMEOUT = { timeoutMs: 5_000 };

/** As many as the log keeps. */
const KEPT_LINES = 200;

test('every line goes where it is told to, whole, however it arrives', async () => {
  const { stream, seen } = followed();
  stream.write('one\ntw');
  stream.write('o\n\nthr');
  stream.end('ee');
  await waitFor('all lines', TIMEOUT, () => seen.length === 4);
  expect(seen).toEqual(['one', 'two', '', 'three']);
});

test('the tail is the last lines, oldest first', async () => {
  const { log, stream, seen } = followed();
  stream.end('one\ntwo\nthree\n');
  await waitFor('all lines', TIMEOUT, () => seen.length === 3);
  expect(log.tail(2)).toEqual(['two', 'three']);
  expect(log.tail(9)).toEqual(['one', 'two', 'three']);
});

test.each([
  [KEPT_LINES, 'line 1'],
  [KEPT_LINES + 1, 'line 2'],
])('of %i lines the oldest kept is %s', async (count, oldest) => {
  const { log, stream, seen } = followed();
  for (let line = 1; line <= count; line += 1) stream.write(`line ${line}\n`);
  stream.end();
  await waitFor('all lines', TIMEOUT, () => seen.length === count);
  expect(log.tail(10 * KEPT_LINES)).toHaveLength(KEPT_LINES);
  expect(log.tail(10 * KEPT_LINES)[0]).toBe(oldest);
});

test('two streams end up in one log', async () => {
  const { log, stream, seen } = followed();
  const errors = new PassThrough();
  log.follow(errors);
  stream.end('out\n');
  errors.end('err\n');
  await waitFor('both lines', TIMEOUT, () => seen.length === 2);
  expect(log.tail(2).toSorted()).toEqual(['err', 'out']);
});

test('before anything was written the tail is empty', () => {
  expect(new OutputLog().tail(10)).toEqual([]);
});

function followed() {
  const seen: string[] = [];
  const log = new OutputLog((line) => seen.push(line));
  const stream = new PassThrough();
  log.follow(stream);
  return { log, stream, seen };
}
