import { expect, test } from 'vitest';
import type { RegionObservation } from '../../routing/observation.ts';
import { ASK_AGAIN_MS } from './ask-intervals.ts';
import { EMPTY_RECORD, observationsOf, withTroublesOf } from './colo-record.ts';
import type { Lesson } from './hand-off.ts';
import { afterLesson } from './lessons.ts';
import { regionsToAsk } from './whom-to-ask.ts';

const NOW = 1_000_000;

const TAKEN: Lesson = { kind: 'taken', region: 'a', ms: 5, hasStarted: false };

const refusedWith = (code: string): Lesson => ({ kind: 'refused', region: 'a', code });

test.each<[string, Lesson, RegionObservation]>([
  ['sleeps, and is not punished for it', refusedWith('asleep'), { state: 'asleep' }],
  ['starts, and is not punished for it', refusedWith('starting'), { state: 'starting' }],
  ['is down while its server is restarted', refusedWith('restarting'), { state: 'down' }],
  ['drains', refusedWith('draining'), { state: 'draining' }],
  ['is full, and would refuse the next one too', refusedWith('full'), { refusedAt: NOW }],
  ['refuses, for whatever reason', refusedWith('region_unavailable'), { refusedAt: NOW }],
  [
    'was lost, or slow, and is left out',
    { kind: 'failed', region: 'a', startedAt: NOW - 400, ms: 400 },
    { refusedAt: NOW, ejectedUntil: NOW + 10_000 },
  ],
])('a region that %s', (_what, lesson, seen) => {
  const record = afterLesson(EMPTY_RECORD, lesson, NOW);
  expect(observationsOf(record, NOW).regions.get('a')).toEqual(seen);
  const after = afterLesson(record, TAKEN, NOW);
  expect(observationsOf(after, NOW).regions.get('a')?.state ?? 'up').toBe('up');
});

test.each(['residency', 'rate_limited', 'sign_ins_failed', 'door_refused'])(
  'a refusal of one client, %s, says nothing of the next',
  (code) => {
    expect(afterLesson(EMPTY_RECORD, refusedWith(code), NOW)).toBe(EMPTY_RECORD);
  },
);

test('a client that an external region refuses has it looked at soon, and keeps nobody else from it', () => {
  const asked = { regions: { a: { state: 'up', askedAt: NOW - 1 } } } as const;
  const record = afterLesson(asked, refusedWith('client_refused'), NOW);
  expect(observationsOf(record, NOW).regions.get('a')).toEqual({ state: 'up' });
  const isAskedAt = (now: number) =>
    regionsToAsk(record, [{ region: 'a', isAvoided: false }], now, 0.99).length === 1;
  expect([isAskedAt(NOW + ASK_AGAIN_MS - 2), isAskedAt(NOW + ASK_AGAIN_MS - 1)]).toEqual([false, true]);
  // What others of the data center know does not end it, and an answer does.
  const own = record.regions.a ?? {};
  expect(withTroublesOf(own, asked.regions.a)).toEqual(own);
  expect(withTroublesOf(own, { state: 'up', askedAt: NOW + 1 })).toEqual({ state: 'up', askedAt: NOW + 1 });
});

test('a client that is taken teaches nothing new where nothing was wrong', () => {
  expect(afterLesson(EMPTY_RECORD, TAKEN, NOW)).toBe(EMPTY_RECORD);
});

test('a region that had to start for a client is not known to be slow for that', () => {
  expect(afterLesson(EMPTY_RECORD, { ...TAKEN, ms: 2_000, hasStarted: true }, NOW)).toBe(EMPTY_RECORD);
  expect(afterLesson(EMPTY_RECORD, { ...TAKEN, ms: 2_000 }, NOW).regions.a?.tookMs).toBe(2_000);
});
