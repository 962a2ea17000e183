import { afterEach, expect, test, vi } from 'vitest';
import { BackupWriter, pauseMs } from './backup-writer.ts';
import type { LedStream } from './led-streams.ts';

afterEach(() => vi.useRealTimers());

const EVERY = { everySeconds: 10 };
const few = (tookMs: number) => pauseMs(EVERY, { tookMs, filled: false });
const full = (tookMs: number) => pauseMs(EVERY, { tookMs, filled: true });

test('a round, the pause and a round that takes twice as long take what is allowed, unless rounds are long', () => {
  for (const tookMs of [0, 200, 1_500]) {
    expect(few(tookMs) + 3 * tookMs).toBe(10_000);
    expect(full(tookMs)).toBe(few(tookMs));
  }
  for (const tookMs of [3_000, 5_000]) expect(few(tookMs)).toBe(5_000);
});

test('long rounds begin every so many seconds, or at once', () => {
  expect(few(7_000)).toBe(3_000);
  for (const tookMs of [10_000, 60_000]) expect(few(tookMs)).toBe(0);
});

test('rounds that are long since segments are full keep what is allowed: more of them make hardly more writes', () => {
  expect(full(3_000) + 3 * 3_000).toBe(10_000);
  for (const tookMs of [4_000, 7_000, 60_000]) expect(full(tookMs)).toBe(0);
});

test.each([0, 1_000, 4_000, 8_000, 25_000])(
  'nothing waits longer than `everySeconds` and a round, or two long rounds, when they take %i ms',
  async (tookMs) => {
    const rounds = await roundsOf(tookMs, 300_000);
    // The first message that a look misses is stored just after it: it is written when the next round ends.
    const waits = rounds.slice(1).map(({ endedAt }, before) => endedAt - (rounds[before]?.begunAt ?? 0));
    expect(waits.length).toBeGreaterThan(5);
    // Longer than `everySeconds` themselves, two rounds in a row are as fast as it goes; a timer takes 1 ms at least.
    expect(Math.max(...waits)).toBeLessThanOrEqual(Math.max(10_000 + tookMs, 2 * tookMs + 1));
    if (tookMs <= 2_500) expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
  },
);

test('a stream that the server begins to lead between two rounds is looked at within two seconds', async () => {
  const rounds = await roundsOf(0, 60_000, () => (Date.now() < 23_000 ? ['A'] : ['A', 'B']));
  const seconds = rounds.map(({ begunAt }) => Math.round(begunAt / 1_000));
  // A was new too. After B the interval begins anew.
  expect(seconds).toEqual([2, 12, 22, 24, 34, 44, 54]);
});

test('that the server leads more streams than before is told once, within two seconds', async () => {
  const toldAt: number[] = [];
  const leads = () => (Date.now() < 23_000 ? [] : ['A', 'B']);
  await roundsOf(0, 60_000, leads, [], () => toldAt.push(Math.round(Date.now() / 1_000)));
  expect(toldAt).toEqual([24]);
});

test('where nothing is backed up it is told within two seconds too, and nothing is read for backups', async () => {
  for (const how of [{ bucket: undefined }, { enabled: false }]) {
    const toldAt: number[] = [];
    const leads = () => (Date.now() < 23_000 ? ['A'] : ['A', 'B']);
    const tell = () => toldAt.push(Math.round(Date.now() / 1_000));
    const rounds = await roundsOf(0, 60_000, leads, [], tell, how);
    expect(toldAt).toEqual([2, 24]);
    expect(rounds).toEqual([]);
  }
});

test('a stream whose backup failed is tried again within seconds, not an interval later', async () => {
  const stream = {
    ...{ account: '$G', stream: 'A', created: '1', config: {}, consumers: [], hasAllConsumers: true },
    state: { first_seq: 1, last_seq: 9, consumer_count: 0 },
  };
  const rounds = await roundsOf(0, 20_000, () => ['A'], [stream]);
  const seconds = rounds.map(({ begunAt }) => Math.round(begunAt / 1_000));
  expect(seconds.slice(0, 3)).toEqual([2, 4, 6]);
});

/**
 * Rounds of a writer whose looks take this long, by a fake clock.
 *
 * @param leads names of the streams that the server leads now
 * @param led those of them that are to be backed up: nobody can connect for it
 * @param told is called when there are more of them
 * @param how `bucket` or `enabled`, if nothing is backed up
 */
async function roundsOf(
  tookMs: number,
  forMs: number,
  leads: () => readonly string[] = () => [],
  led: readonly LedStream[] = [],
  told: () => void = () => undefined,
  how: { readonly bucket?: undefined; readonly enabled?: boolean } = {},
) {
  vi.useFakeTimers({ now: 0 });
  const rounds: { begunAt: number; endedAt: number }[] = [];
  const writer = new BackupWriter({
    // Never used: nobody gets so far.
    bucket: 'bucket' in how ? undefined : ({} as unknown as R2Bucket),
    cluster: 'c',
    region: 'r',
    settings: () => ({
      enabled: how.enabled ?? true,
      everySeconds: 10,
      segmentBytes: 8_388_608,
      keepDays: 30,
    }),
    secrets: {},
    led: async () => {
      const begunAt = Date.now();
      await new Promise((resolve) => setTimeout(resolve, tookMs));
      rounds.push({ begunAt, endedAt: Date.now() });
      return led;
    },
    leads: async () => leads().map((stream) => ({ account: '$G', stream, lastSeq: 0, messageBytes: 0 })),
    leadsMore: told,
    dial: () => Promise.reject(new Error('nobody can connect')),
    countOwn: () => undefined,
    now: () => Date.now(),
  });
  writer.begin();
  await vi.advanceTimersByTimeAsync(forMs);
  writer.end();
  return rounds;
}
