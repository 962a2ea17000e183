import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { DelayLine } from './delay-line.ts';

test('what is sent arrives whole and in order, and none of it early', async () => {
  const arrivals: { readonly word: string; readonly at: number }[] = [];
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      arrivals.push({ word: String(chunk), at: performance.now() });
      done();
    },
  });
  const line = new DelayLine(new PassThrough(), destination);
  line.delayMs = 30;
  const sent: number[] = [];
  for (const word of ['one', 'two', 'three']) {
    sent.push(performance.now());
    line.send(Buffer.from(word));
    await new Promise(setImmediate);
  }
  line.end();
  await once(destination, 'finish');
  expect(arrivals.map(({ word }) => word)).toEqual(['one', 'two', 'three']);
  for (const [index, { at }] of arrivals.entries())
    expect(at - (sent[index] ?? 0)).toBeGreaterThanOrEqual(30);
});

test('a line without a delay is a pipe', () => {
  const destination = new PassThrough();
  new DelayLine(new PassThrough(), destination).send(Buffer.from('now'));
  expect(String(destination.read())).toBe('now');
});

test('a destination that takes no more is waited for, and the source is held back meanwhile', async () => {
  const source = new PassThrough();
  source.resume();
  const taken: (() => void)[] = [];
  let received = 0;
  const destination = new Writable({
    highWaterMark: 1,
    write: (chunk: Buffer, _encoding, done) => {
      received += chunk.length;
      taken.push(done);
    },
  });
  const line = new DelayLine(source, destination);
  const megabyte = Buffer.alloc(1024 * 1024);
  for (let n = 0; n < 34; n += 1) line.send(megabyte);
  expect(received).toBe(megabyte.length);
  expect(source.isPaused()).toBe(true);
  line.end();
  destination.on('drain', () => {});
  const finished = once(destination, 'finish');
  const drain = setInterval(() => taken.shift()?.(), 0);
  await finished;
  clearInterval(drain);
  expect(received).toBe(34 * megabyte.length);
  expect(source.isPaused()).toBe(false);
});

test('nothing is written to a destination that is gone', async () => {
  const destination = new PassThrough();
  const errors: unknown[] = [];
  destination.on('error', (error) => errors.push(error));
  const line = new DelayLine(new PassThrough(), destination);
  line.delayMs = 5;
  line.send(Buffer.from('late'));
  const closed = once(destination, 'close');
  destination.destroy();
  await closed;
  line.send(Buffer.from('later'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(errors).toEqual([]);
});
