import { beforeEach, expect, test, vi } from 'vitest';

interface Added {
  readonly metric: string;
  readonly value: number;
  readonly kind: string | undefined;
}

// k6's own modules do not exist in Node: its clock is one that only its timers and its work move on.
const k6 = vi.hoisted(() => ({ nowMs: 0, added: [] as Added[] }));
vi.mock('k6/execution', () => ({
  default: {
    instance: {
      get currentTestRunDuration() {
        return k6.nowMs;
      },
    },
  },
}));
vi.mock('k6/timers', () => ({
  setTimeout: (then: () => void, ms: number) => {
    k6.nowMs += ms;
    queueMicrotask(then);
  },
}));
vi.mock('k6/metrics', () => {
  class Metric {
    readonly #name: string;
    constructor(name: string) {
      this.#name = name;
    }
    add(value: number, tags: Readonly<Record<string, string>> = {}): void {
      k6.added.push({ metric: this.#name, value, kind: tags.kind });
    }
  }
  return { Counter: Metric, Gauge: Metric, Rate: Metric, Trend: Metric };
});

const { dueAfter, dueTimes, keepSchedule } = await import('./pace.js');
const { noteSkipped } = await import('./skipped.js');

beforeEach(() => {
  k6.nowMs = 0;
  k6.added.length = 0;
});

const PACE = { perSecond: 500, seconds: 3 };

test('what is due follows from the time alone, so that a late tick makes up for what it has missed', () => {
  expect(dueAfter(PACE, 0)).toBe(0);
  expect(dueAfter(PACE, 20)).toBe(10);
  expect(dueAfter(PACE, 1_000)).toBe(500);
});

test('after the last second nothing more is due', () => {
  expect(dueAfter(PACE, 3_000)).toBe(1_500);
  expect(dueAfter(PACE, 9_000)).toBe(1_500);
});

const SCHEDULE = { fromMs: 1_000, untilMs: 1_500, everyMs: 100 };

test('each time of a schedule is given out once, and none is dropped because nobody looked', () => {
  expect(dueTimes(SCHEDULE, 0, 999)).toEqual([]);
  expect(dueTimes(SCHEDULE, 0, 1_000)).toEqual([1_000]);
  expect(dueTimes(SCHEDULE, 1, 1_350)).toEqual([1_100, 1_200, 1_300]);
  expect(dueTimes(SCHEDULE, 4, 1_350)).toEqual([]);
});

test('at the end of a schedule nothing is due any more', () => {
  expect(dueTimes(SCHEDULE, 0, 60_000)).toEqual([1_000, 1_100, 1_200, 1_300, 1_400]);
});

/** Runs a schedule of which each item keeps k6 busy for so long. */
async function keep(
  everyMs: number,
  busyMs: number,
): Promise<{ readonly acted: number; readonly skipped: number }> {
  let acted = 0;
  let skipped = 0;
  await keepSchedule(
    { fromMs: 0, untilMs: 10_000, everyMs },
    () => {
      acted += 1;
      k6.nowMs += busyMs;
    },
    () => {
      skipped += 1;
      noteSkipped({ kind: 'message' });
    },
  );
  return { acted, skipped };
}

function sumOf(metric: string): number {
  return k6.added.filter((each) => each.metric === metric).reduce((sum, { value }) => sum + value, 0);
}

test('a k6 that can, gets to all of a schedule in time', async () => {
  expect(await keep(10, 1)).toEqual({ acted: 1_000, skipped: 0 });
  const late = k6.added.filter(({ metric }) => metric === 'nats_schedule_late');
  expect(late).toHaveLength(100);
  expect(late.every(({ kind, value }) => kind === undefined && value < 100)).toBe(true);
  expect(sumOf('nats_due')).toBe(0);
});

test('what a k6 that is too slow never gets to is due and unsent, so that all of the schedule is due', async () => {
  const { acted, skipped } = await keep(10, 25);
  expect(acted + skipped).toBe(1_000);
  // Until a second after its end.
  expect(acted).toBeGreaterThan(430);
  expect(acted).toBeLessThan(450);
  expect([sumOf('nats_due'), sumOf('nats_unsent')]).toEqual([skipped, skipped]);
});

test('how late a slow k6 is has a sample for each part of the schedule, however long it takes for it', async () => {
  await keep(10, 25);
  const late = k6.added.filter(({ metric }) => metric === 'nats_schedule_late');
  expect(late).toHaveLength(100);
  expect(late.filter(({ kind }) => kind === 'late').length).toBeGreaterThan(95);
  expect(Math.max(...late.map(({ value }) => value))).toBeGreaterThan(6_000);
});
