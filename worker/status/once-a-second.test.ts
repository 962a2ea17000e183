import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EdgeContext } from '../edge-context.ts';
import { OnceASecond } from './once-a-second.ts';

const PATIENCE_MS = 3_500;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function edgeOf(changes: Partial<EdgeContext> = {}) {
  const background = vi.fn();
  return { env: ENV, config: CONFIG, background, ...changes } as unknown as EdgeContext & {
    background: typeof background;
  };
}

const ENV = {};
const CONFIG = {};

test('those who ask within a second get the same, worked out once', async () => {
  const shared = new OnceASecond<number>('it', PATIENCE_MS);
  const make = vi.fn(async () => make.mock.calls.length);
  const edge = edgeOf();
  expect(await Promise.all([shared.get(edge, make), shared.get(edge, make)])).toEqual([1, 1]);
  vi.advanceTimersByTime(999);
  expect(await shared.get(edge, make)).toBe(1);
  vi.advanceTimersByTime(1);
  expect(await shared.get(edge, make)).toBe(2);
});

test('another configuration is another question', async () => {
  const shared = new OnceASecond<number>('it', PATIENCE_MS);
  const make = vi.fn(async () => make.mock.calls.length);
  expect(await shared.get(edgeOf(), make)).toBe(1);
  expect(await shared.get(edgeOf({ config: {} as EdgeContext['config'] }), make)).toBe(2);
});

test('it goes on for the others when the first one hangs up', async () => {
  const shared = new OnceASecond<number>('it', PATIENCE_MS);
  const edge = edgeOf();
  const value = Promise.withResolvers<number>();
  void shared.get(edge, () => value.promise);
  expect(edge.background).toHaveBeenCalledExactlyOnceWith('it', value.promise);
});

test('whoever waits for what never comes works it out alone', async () => {
  const shared = new OnceASecond<string>('it', PATIENCE_MS);
  const edge = edgeOf();
  void shared.get(edge, () => new Promise<string>(() => {}));
  const second = shared.get(edge, async () => 'its own');
  await vi.advanceTimersByTimeAsync(PATIENCE_MS);
  expect(await second).toBe('its own');
});
