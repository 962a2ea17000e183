import { expect, test } from 'vitest';
import { type Figures, judge } from './judge.ts';
import { confirmationOf, type Life, type Observed, type PagesLook } from './observed.ts';
import type { Plan } from './plan.ts';
import { runText, summaryText } from './report.ts';

const PLAN: Plan = { run: 1, kind: 'killed', blows: [{ role: 'leader', blow: 'killed', afterMs: 0 }] };
const GOALS = { rpoMs: 10_000 };

const BLOW_AT = 60_000;
const ALL = { wnam: 'up', enam: 'up', weur: 'up' } as const;

/** One message a second for two minutes, on a server that lives; a blow in the middle. */
const acknowledged = Array.from({ length: 120 }, (_, n) => ({ id: `0-${n}`, seq: n + 1, at: n * 1_000 }));
const LIVING = lifeOf({});

function lifeOf(more: Partial<Life>): Life {
  const readings = acknowledged
    .map(({ seq, at }) => ({ at: at + 100, lastSeq: seq }))
    .filter(({ at }) => at < (more.endedAt ?? Number.POSITIVE_INFINITY));
  return { region: 'weur', begunAt: 0, readings, ...more };
}

function given(except: readonly string[] = []) {
  return acknowledged
    .filter(({ id }) => !except.includes(id))
    .map(({ id, seq, at }) => ({ consumer: 'near', id, consumerSeq: seq, at: at + 10 }));
}

function figuresOf(change: Partial<Observed>): Figures & { readonly missed: readonly string[] } {
  const { figures, missed } = judge(PLAN, { ...USUAL, ...change }, GOALS);
  return { ...figures, missed };
}

const USUAL: Observed = {
  struck: [{ region: 'weur', blow: 'killed', at: BLOW_AT }],
  acknowledged,
  failures: {},
  lives: [LIVING],
  deliveries: given(),
  confirmed: new Map(),
  looks: [],
  stored: new Map(acknowledged.map(({ id, seq }) => [id, seq])),
  troubles: [],
  healedAt: BLOW_AT,
  wholeAt: BLOW_AT + 5_000,
  publishedUntil: 120_000,
};

const storedWithout = (is: (seq: number) => boolean) =>
  new Map(acknowledged.filter(({ seq }) => !is(seq)).map(({ id, seq }) => [id, seq]));

test('where everything is there, everything is met', () => {
  expect(figuresOf({})).toMatchObject({
    acknowledged: 120,
    lost: 0,
    isTotal: false,
    interruptedMs: 1_000,
    wholeAfterMs: 5_000,
    missed: [],
  });
});

test('a message that is lost while a server holds it is missed', () => {
  const { lostWhileHeld, endings, missed } = figuresOf({ stored: storedWithout((seq) => seq === 5) });
  expect([lostWhileHeld, endings, missed]).toEqual([1, { overwritten: 1 }, ['1 lost while held']]);
});

test('a stream that cannot be read has lost everything', () => {
  expect(figuresOf({ stored: undefined }).lostWhileHeld).toBe(120);
});

test('after a loss of all, what was acknowledged within the RPO may be lost, and no more', () => {
  const killed = { blow: 'killed', struckAt: BLOW_AT, endedAt: BLOW_AT } as const;
  const later = acknowledged.filter(({ at }) => at >= BLOW_AT - 10_000 && at < BLOW_AT);
  const within = new Set(later.map(({ seq }) => seq));
  const rest = {
    begunAt: BLOW_AT + 2_000,
    readings: LIVING.readings.filter(({ at }) => at > BLOW_AT + 2_000),
  };
  const lives = [lifeOf(killed), lifeOf(rest)];
  const exact = {
    lives,
    acknowledged: acknowledged.filter(({ at }) => at < BLOW_AT || at > BLOW_AT + 2_000),
  };
  expect(figuresOf({ ...exact, stored: storedWithout((seq) => within.has(seq)) })).toMatchObject({
    isTotal: true,
    lost: 10,
    lostWhileHeld: 0,
    lostBeyondRpo: 0,
    endings: { killed: 10 },
    missed: [],
  });
  const older = figuresOf({ ...exact, stored: storedWithout((seq) => within.has(seq) || seq === 5) });
  expect(older.missed).toEqual(['1 not restored']);
});

test.each(['hung', 'drained'] as const)(
  'a server that alone holds a message must not be ended since it is %s',
  (blow) => {
    const lives = [lifeOf({ blow, struckAt: BLOW_AT, endedAt: BLOW_AT + 8_000 })];
    const { lostWhileHeld, endings } = figuresOf({ lives, stored: storedWithout((seq) => seq === 5) });
    expect([lostWhileHeld, endings]).toEqual([1, { [blow]: 1 }]);
  },
);

test('a message that nobody was seen to hold is excused where both of its servers were killed at once', () => {
  const seen = { lives: [], stored: storedWithout((seq) => seq === 61) };
  const alone = figuresOf({ ...seen });
  const both = figuresOf({
    ...seen,
    struck: [
      { region: 'weur', blow: 'killed', at: BLOW_AT },
      { region: 'enam', blow: 'killed', at: BLOW_AT + 100 },
    ],
  });
  expect([alone.lostWhileHeld, both.lostWhileHeld]).toEqual([1, 0]);
});

test('a message with another sequence, one that a consumer was not given, and one that it was given again', () => {
  const stored = new Map(USUAL.stored).set('0-3', 400);
  expect(figuresOf({ stored }).missed).toEqual(['1 with another sequence']);
  const skipped = figuresOf({ deliveries: given(['0-3', '0-9']) });
  expect([skipped.missed, skipped.skippedRanges]).toEqual([['2 skipped'], { near: [4, 10] }]);
  const confirmed = new Map([[confirmationOf('near', '0-3'), 3_100]]);
  const again = (at: number, consumerSeq = 121) => [
    ...given(),
    { consumer: 'near', id: '0-3', consumerSeq, at },
  ];
  expect(figuresOf({ confirmed, deliveries: again(3_900) }).again).toBe(0);
  expect(figuresOf({ confirmed, deliveries: again(9_000) }).missed).toEqual(['1 given again']);
  // Sent by a server that hung, before another gave the message, and it was acknowledged.
  const late = figuresOf({ confirmed, deliveries: again(9_000, 4) });
  expect([late.again, late.doubled, late.missed]).toEqual([0, 1, []]);
});

test('silence is when nothing is acknowledged for seconds and every page says that all is well', () => {
  const quiet = acknowledged.filter(({ at }) => at <= BLOW_AT || at > BLOW_AT + 20_000);
  const look = (at: number, more: Partial<PagesLook> = {}): PagesLook => ({
    at,
    isHealthy: true,
    states: ALL,
    problems: {},
    ...more,
  });
  const looks = [
    look(0),
    look(BLOW_AT + 4_000, { states: { ...ALL, weur: 'waiting' } }),
    look(BLOW_AT + 9_000),
  ];
  const { interruptedMs, silentMs } = figuresOf({ acknowledged: quiet, looks });
  expect([interruptedMs, silentMs]).toEqual([21_000, 16_000]);
  const told = looks.map((each) => ({ ...each, problems: { weur: 'no server is left' } }));
  expect(figuresOf({ acknowledged: quiet, looks: told }).silentMs).toBe(0);
});

test('a run without a message shows nothing, and what went wrong is missed in its own words', () => {
  expect(figuresOf({ acknowledged: [] }).missed).toEqual(['nothing was acknowledged']);
  expect(figuresOf({ troubles: ['no leader'] }).missed).toEqual(['no leader']);
});

test('the report tells what was lost and how, the pages, and the sums', () => {
  const judgement = judge(
    PLAN,
    {
      ...USUAL,
      stored: storedWithout((seq) => seq === 5),
      looks: [
        { at: BLOW_AT, isHealthy: true, states: ALL, problems: {} },
        {
          at: BLOW_AT + 500,
          isHealthy: true,
          states: { ...ALL, weur: 'waiting' },
          problems: { weur: 'enam first' },
        },
      ],
    },
    GOALS,
  );
  expect(runText(judgement)).toContain('lost 1 (1 overwritten)');
  expect(runText(judgement)).toContain('weur up > waiting');
  expect(runText(judgement)).toContain('0.5 s weur: enam first');
  expect(runText(judgement)).toContain('MISSED: 1 lost while held');
  expect(summaryText([judgement, judgement])).toContain(
    '2 runs, 2 missed a goal; 240 acknowledged, 2 lost while a server held them (in 2 runs)',
  );
});
