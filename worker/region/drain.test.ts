import { expect, test } from 'vitest';
import { Drain, type DrainRecord, type DrainStorage } from './drain.ts';

test('a running region settles, becomes a lame duck, and is drained when its server has ended', () => {
  const drain = new Drain(new Storage());
  expect(drain.phase).toBeUndefined();
  drain.begin(true, 1);
  expect(drain.phase).toBe('settling');
  drain.signalled(2);
  expect(drain.phase).toBe('lame-duck');
  expect(drain.ended(3)).toBe(false);
  expect(drain.phase).toBe('drained');
});

test('a region that does not run is drained at once', () => {
  const drain = new Drain(new Storage());
  drain.begin(false, 1);
  expect(drain.phase).toBe('drained');
});

test.each(['settling', 'drained'])('taken back while it is %s, service goes on at once', (phase) => {
  const drain = new Drain(new Storage());
  drain.begin(phase === 'settling', 1);
  expect(drain.cancel()).toBe('at-once');
  expect(drain.phase).toBeUndefined();
});

test('taken back after the signal, the server is started again once it has ended', () => {
  const drain = new Drain(new Storage());
  drain.begin(true, 1);
  drain.signalled(2);
  expect(drain.cancel()).toBe('after-the-end');
  expect(drain.phase).toBe('lame-duck');
  expect(drain.ended(3)).toBe(true);
  expect(drain.phase).toBeUndefined();
});

test('drained again after it was taken back, it stays down', () => {
  const drain = new Drain(new Storage());
  drain.begin(true, 1);
  drain.signalled(2);
  drain.cancel();
  drain.begin(true, 3);
  expect(drain.ended(4)).toBe(false);
});

test('begun twice it is one drain', () => {
  const drain = new Drain(new Storage());
  drain.begin(true, 1);
  drain.signalled(2);
  drain.begin(true, 3);
  expect(drain.phase).toBe('lame-duck');
});

test('it goes on after a reset of the object', () => {
  const storage = new Storage();
  new Drain(storage).begin(true, 1);
  const after = new Drain(storage);
  expect(after.phase).toBe('settling');
  after.cancel();
  expect(new Drain(storage).phase).toBeUndefined();
});

class Storage implements DrainStorage {
  readonly #records = new Map<string, DrainRecord>();

  get(key: string): DrainRecord | undefined {
    return this.#records.get(key);
  }

  put(key: string, record: DrainRecord): void {
    this.#records.set(key, structuredClone(record));
  }

  delete(key: string): boolean {
    return this.#records.delete(key);
  }
}
