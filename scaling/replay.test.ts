import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ScalingSettings } from './decision.ts';
import { type Replay, replay, type TracePoint } from './replay.ts';

const SETTINGS: ScalingSettings = {
  min: 1,
  max: 8,
  freeConnections: 500,
  windowMs: 60_000,
  capacity: 1_000,
};
const OPTIONS = { startMs: 3_000, lookEveryMs: 2_000, drainMs: 20_000 };
const SECOND = 1_000;

/** A value for each second. */
const each = (seconds: number, clients: (second: number) => number): TracePoint[] =>
  Array.from({ length: seconds }, (_, second) => ({
    at: second * SECOND,
    clients: Math.round(clients(second)),
  }));

const MOST = 5_000;
const STEP = each(600, (second) => (second >= 120 && second < 300 ? MOST : 0));
const RAMP = each(900, (second) => Math.max(0, Math.min(second, 600 - second, 240) * (MOST / 240)));
// Up within 20 s and down within 20 s, every 40 s: each tooth is shorter than the window.
const SAW = each(
  600,
  (second) => (MOST / 20) * Math.max(0, 20 - Math.abs((second % 40) - 20)) * (second < 400 ? 1 : 0),
);

function fewestBetweenDowns({ changes }: Replay): number {
  const times = changes.filter(({ from, to }) => to < from).map(({ at }) => at);
  return Math.min(...times.slice(1).map((at, index) => at - (times[index] ?? at)));
}

test.each([
  // Nothing can start within no time: what is to be borne at once is to be free.
  ['step', STEP, { freeConnections: MOST, max: 11 }],
  ['ramp', RAMP, {}],
  ['saw tooth', SAW, { freeConnections: 1_500 }],
] as const)(
  '%s, 0 to 5,000 to 0: nobody is refused, and there is at most one way down in a window',
  (_, trace, more) => {
    const settings = { ...SETTINGS, ...more };
    const result = replay(trace, settings, OPTIONS);
    expect(result.refused).toBe(0);
    // Nobody is moved twice on average; after a step there is nobody left to move.
    expect(result.moved).toBeLessThanOrEqual(trace === STEP ? 0 : MOST);
    expect(fewestBetweenDowns(result)).toBeGreaterThanOrEqual(settings.windowMs);
    // In the end there are as many as in the beginning.
    expect(result.changes.at(-1)?.to).toBe(Math.ceil(settings.freeConnections / settings.capacity));
    expect(result.most).toBeGreaterThan(5);
  },
);

test('a saw tooth within the window: the servers that were started stay, whatever the load does', () => {
  const { changes } = replay(SAW, { ...SETTINGS, freeConnections: 1_500 }, OPTIONS);
  const whileItGoesOn = changes.filter(({ at }) => at > 60 * SECOND && at < 400 * SECOND);
  expect(whileItGoesOn).toEqual([]);
});

test('a step that is larger than what is free is refused in part, until the others are up', () => {
  const { refused, most } = replay(STEP, SETTINGS, OPTIONS);
  expect(refused).toBeGreaterThan(3_000);
  expect(refused).toBeLessThanOrEqual(4_000);
  expect(most).toBe(8);
});

test('servers whose statistics flap change nothing, and nothing is taken out while one does not answer', () => {
  const steady = each(600, () => 2_400);
  const flapping = { ...OPTIONS, answers: (server: number, at: number) => (at / SECOND + server) % 3 !== 0 };
  const settled = ({ changes }: Replay) => changes.filter(({ at }) => at > 60 * SECOND && at < 600 * SECOND);
  expect(settled(replay(steady, SETTINGS, flapping))).toEqual([]);
  const silent = { ...OPTIONS, answers: (server: number, at: number) => server !== 2 || at < 100 * SECOND };
  const { changes, decisions } = replay(RAMP, SETTINGS, silent);
  expect(changes.filter(({ from, to }) => to < from)).toEqual([]);
  expect(decisions.at(-1)?.heldBack.map(({ kind }) => kind)).toContain('unanswered');
});

test('as long as no more come while a server starts than are to be free, nobody is refused', () => {
  const rising = fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 10, maxLength: 120 });
  const run = fc.property(rising, fc.integer({ min: 0, max: 2_000 }), (steps, before) => {
    let clients = before;
    const trace = [{ at: 0, clients: 0 }];
    for (const [index, step] of steps.entries()) {
      clients = Math.min(6_000, Math.max(0, clients + step));
      // Each step is as long as a start and a look take together.
      trace.push({ at: 60_000 + index * 5_500, clients });
    }
    const settings = { ...SETTINGS, freeConnections: before + 300, max: 16 };
    const result = replay(trace, settings, OPTIONS);
    expect(result.refused).toBe(0);
    expect(result.changes.every(({ to }) => to >= settings.min && to <= settings.max)).toBe(true);
    const downs = result.changes.filter(({ from, to }) => to < from).length;
    if (downs > 1) expect(fewestBetweenDowns(result)).toBeGreaterThanOrEqual(settings.windowMs);
  });
  fc.assert(run, { numRuns: 60 });
});

test('a trace that is none is refused', () => {
  expect(() => replay([], SETTINGS, OPTIONS)).toThrow('no points');
  const back = [
    { at: 5, clients: 1 },
    { at: 5, clients: 2 },
  ];
  expect(() => replay(back, SETTINGS, OPTIONS)).toThrow('do not rise');
});
