import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  advance,
  afterRefusal,
  BUSY_MAX_MS,
  beginHedge,
  type Contender,
  DEADLINE_MS,
  firstStepMs,
  HEDGE_MIN_MS,
  type HedgeCommand,
  LATE_MS,
  type Outcome,
  PENDING_MAX,
  RETRY_FOR_MS,
  RETRY_MS,
  WAKE_PATIENCE_MS,
} from './hedge.ts';

/** How a region of the model answers: so many ms after it was dialled, or never. */
interface Behaviour {
  readonly afterMs?: number;
  readonly says: 'takes' | Outcome | 'nothing';
  /** It says this instead when it may start. */
  readonly woken?: Behaviour;
  /** It takes clients from then on, ms after the beginning. */
  readonly backAt?: number;
}

const TAKES: Behaviour = { says: 'takes', afterMs: 20 };
const HANGS: Behaviour = { says: 'nothing' };
const REFUSES: Behaviour = { says: 'passing', afterMs: 2 };
const FORBIDS: Behaviour = { says: 'lasting', afterMs: 2 };
const STARTS: Behaviour = { says: 'starting', afterMs: 2, woken: { says: 'takes', afterMs: 2_000 } };
const SLEEPS: Behaviour = { says: 'asleep', afterMs: 2, woken: { says: 'takes', afterMs: 2_000 } };
const backAt = (ms: number): Behaviour => ({ ...REFUSES, backAt: ms });

describe('how a client is handed over', () => {
  test.each<[string, Behaviour[], string[]]>([
    ['to the first, with no other dialled', [TAKES, TAKES], ['0 dial 0', '20 taken by 0']],
    [
      'to the next at once after refusals',
      [REFUSES, FORBIDS, TAKES],
      ['0 dial 0', '2 dial 1', '4 dial 2', '24 taken by 2'],
    ],
    [
      'to the next, dialled beside one that is slow',
      [HANGS, TAKES],
      ['0 dial 0', '300 slow 0', '300 dial 1', '320 taken by 1'],
    ],
    [
      'to one that was slow, if it is the first to take it after all',
      [{ says: 'takes', afterMs: 310 }, HANGS, TAKES],
      ['0 dial 0', '300 slow 0', '300 dial 1', '310 taken by 0'],
    ],
    [
      'to the only one of six that does not hang, the oldest attempts being given up meanwhile',
      [HANGS, HANGS, HANGS, HANGS, HANGS, TAKES],
      [
        ...['0 dial 0', '300 slow 0', '300 dial 1', '450 slow 1', '450 dial 2', '600 slow 2', '600 dial 3'],
        ...['750 slow 3', '750 give up 0', '750 dial 4', '900 slow 4', '900 give up 1', '900 dial 5'],
        '920 taken by 5',
      ],
    ],
    [
      'to one that takes its time, which no other replaces before it can have answered',
      [SLEEPS, { says: 'takes', afterMs: 226 }, HANGS, HANGS, backAt(1_228)],
      [
        ...['0 dial 0', '2 wake 0', '1002 slow 0', '1002 dial 1', '1077 slow 1', '1077 dial 2'],
        ...['1152 slow 2', '1152 dial 3', '1227 slow 3', '1228 taken by 1'],
      ],
    ],
    [
      'to the first choice, woken for it, if no other is awake',
      [SLEEPS, SLEEPS],
      ['0 dial 0', '2 wake 0', '1002 slow 0', '1002 dial 1', '2002 taken by 0'],
    ],
    [
      'to one that is awake, if the first choice takes long to start',
      [SLEEPS, TAKES],
      ['0 dial 0', '2 wake 0', '1002 slow 0', '1002 dial 1', '1022 taken by 1'],
    ],
    [
      'at once to one that is up, if the first choice is starting already',
      [STARTS, TAKES],
      ['0 dial 0', '2 dial 1', '22 taken by 1'],
    ],
    [
      'to one that starts, rather than to one that would have to',
      [REFUSES, SLEEPS, STARTS],
      ['0 dial 0', '2 dial 1', '4 dial 2', '6 wake 2', '1006 slow 2', '1006 dial 0', '2006 taken by 2'],
    ],
    [
      'to one that is woken while those that are awake hang',
      [HANGS, SLEEPS],
      ['0 dial 0', '300 slow 0', '300 dial 1', '302 wake 1', '1302 slow 1', '2302 taken by 1'],
    ],
    [
      'to one that is back within two seconds, after all had refused it',
      [backAt(600), FORBIDS],
      ['0 dial 0', '2 dial 1', '502 dial 0', '1504 dial 0', '1524 taken by 0'],
    ],
    [
      'to one that is back later, while it waits for one that hangs',
      [HANGS, backAt(3_000)],
      [
        ...['0 dial 0', '300 slow 0', '300 dial 1', '802 dial 1', '1804 dial 1', '3806 dial 1'],
        '3826 taken by 1',
      ],
    ],
    [
      'to nobody, if all refuse it for two seconds',
      [REFUSES, REFUSES],
      ['0 dial 0', '2 dial 1', '502 dial 0', '504 dial 1', '1504 dial 0', '1506 dial 1', '1508 over'],
    ],
    ['to nobody, if the rules of all forbid it', [FORBIDS, FORBIDS], ['0 dial 0', '2 dial 1', '4 over']],
    [
      'to nobody, if the only one hangs until the deadline',
      [HANGS],
      ['0 dial 0', '300 slow 0', '10000 give up 0', '10000 over'],
    ],
    ['to nobody, if there is nobody', [], ['0 over']],
  ])('%s', (_what, behaviours, story) => {
    expect(told(behaviours)).toEqual(story);
  });

  test('to the first choice that is known to sleep without asking whether it does', () => {
    expect(told([SLEEPS, TAKES], { firstSleeps: true })[0]).toBe('0 wake 0');
  });

  test.each([
    [0, 300],
    [100, 400],
    [350, 900],
    [5_000, 1_000],
  ])('after an estimated %i ms the next is dialled once %i ms have passed', (estimateMs, hedgeMs) => {
    expect(told([HANGS, TAKES], { estimateMs })[1]).toBe(`${hedgeMs} slow 0`);
  });

  test.each([
    [100, 300],
    [200, 400],
    [5_000, 1_000],
  ])('where clients were taken after %i ms lately, the next is dialled after %i ms', (tookMs, hedgeMs) => {
    const begun = beginHedge([{ region: 'a', estimateMs: 10, tookMs }], false, 0);
    expect(advance(begun, 0).nextAt).toBe(hedgeMs);
  });

  test('a second region is woken only when the first has had time to start', () => {
    const never: Behaviour = { ...SLEEPS, woken: HANGS };
    const wakes = told([never, SLEEPS, SLEEPS]).filter((line) => line.includes('wake'));
    expect(wakes.slice(0, 2)).toEqual(['2 wake 0', `${2 + WAKE_PATIENCE_MS} wake 1`]);
  });

  test('the first step is known before the others are', () => {
    const contender = fc.record({
      region: fc.constant('a'),
      estimateMs: fc.nat(2_000),
      tookMs: fc.option(fc.nat(2_000), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(contender, { minLength: 1 }), fc.boolean(), (contenders, sleeps) => {
        const { commands, nextAt } = advance(beginHedge(contenders, sleeps, 5_000), 5_000);
        expect(commands).toEqual([{ kind: 'dial', index: 0, wakes: sleeps }]);
        expect(nextAt).toBe(5_000 + firstStepMs(contenders[0] as Contender, sleeps));
      }),
    );
  });

  test('an answer that nobody waits for changes nothing', () => {
    const begun = beginHedge([{ region: 'a', estimateMs: 0 }], false, 0);
    expect(afterRefusal(begun, 0, 'passing', 1)).toBe(begun);
    expect(afterRefusal(begun, 7, 'passing', 1)).toBe(begun);
  });
});

const behaviours = fc.array(
  fc.oneof(
    ...[HANGS, REFUSES, FORBIDS, STARTS, SLEEPS].map((each) => fc.constant(each)),
    fc.integer({ min: 0, max: 12_000 }).map(backAt),
    fc.record({ says: fc.constant('takes' as const), afterMs: fc.integer({ min: 1, max: 300 }) }),
  ),
  { maxLength: 8 },
);

describe('whatever the regions do', () => {
  test('a client that a healthy region could have served is served by it within a second and its answer', () => {
    fc.assert(
      fc.property(behaviours, fc.nat(400), (each, estimateMs) => {
        fc.pre(each.length <= 6);
        fc.pre(each.some(({ says }) => says === 'takes'));
        const last = told(each, { estimateMs }).at(-1) ?? '';
        expect(last).toMatch(/taken by/);
        const slowest = Math.max(...each.map(({ says, afterMs = 0 }) => (says === 'takes' ? afterMs : 0)));
        expect(Number.parseInt(last, 10)).toBeLessThanOrEqual(1_400 + slowest);
      }),
    );
  });

  test('it ends, within the deadline, with few attempts at a time, and never dials one that it waits for', () => {
    fc.assert(
      fc.property(behaviours, (each) => {
        const story = told(each);
        expect(Number.parseInt(story.at(-1) ?? '', 10)).toBeLessThanOrEqual(DEADLINE_MS);
        expect(story.length).toBeLessThan(10 * (each.length + 1));
      }),
    );
  });

  test('if none of them hangs or starts, it is told no within two seconds and an answer', () => {
    const quick = fc.array(fc.constantFrom(REFUSES, FORBIDS), { maxLength: 8 });
    fc.assert(
      fc.property(quick, (each) => {
        expect(Number.parseInt(told(each).at(-1) ?? '', 10)).toBeLessThan(RETRY_FOR_MS + 100);
      }),
    );
    expect(RETRY_MS).toBeLessThan(RETRY_FOR_MS);
  });
});

interface Setting {
  readonly firstSleeps?: boolean;
  readonly estimateMs?: number;
}

/** Plays it with regions that behave so, and tells what happened when. */
function told(behaviours: readonly Behaviour[], { firstSleeps = false, estimateMs = 10 }: Setting = {}) {
  const story: string[] = [];
  const due = new Map<number, { readonly at: number; readonly says: Behaviour['says'] }>();
  const waitedFor = new Set<number>();
  let hedge = beginHedge(
    behaviours.map((_, index) => ({ region: String(index), estimateMs })),
    firstSleeps,
    0,
  );
  const perform = (command: HedgeCommand, now: number) => {
    const { index } = command;
    if (command.kind === 'note-slow') return void story.push(`${now} slow ${index}`);
    if (command.kind === 'give-up') {
      waitedFor.delete(index);
      due.delete(index);
      return void story.push(`${now} give up ${index}`);
    }
    expect(waitedFor.has(index)).toBe(false);
    waitedFor.add(index);
    expect(waitedFor.size).toBeLessThanOrEqual(PENDING_MAX);
    story.push(`${now} ${command.wakes ? 'wake' : 'dial'} ${index}`);
    const plain = behaviours[index] as Behaviour;
    const answer = (command.wakes ? plain.woken : undefined) ?? plain;
    const isBack = answer.backAt !== undefined && now >= answer.backAt;
    const { says, afterMs } = isBack ? TAKES : answer;
    if (says !== 'nothing') due.set(index, { at: now + (afterMs ?? 0), says });
  };
  for (let now = 0; ; ) {
    const { hedge: next, commands, nextAt } = advance(hedge, now);
    hedge = next;
    for (const command of commands) perform(command, now);
    if (nextAt === undefined) return [...story, `${now} over`];
    expect(nextAt).toBeGreaterThan(now);
    const [first] = [...due].sort(([, a], [, b]) => a.at - b.at);
    if (first === undefined || first[1].at > nextAt) {
      now = nextAt;
      continue;
    }
    const [index, { at, says }] = first;
    now = at;
    due.delete(index);
    waitedFor.delete(index);
    if (says === 'takes') return [...story, `${now} taken by ${index}`];
    hedge = afterRefusal(hedge, index, says as Outcome, now);
  }
}

describe('a region that takes other clients meanwhile', () => {
  const begun = () => advance(beginHedge([{ region: 'a', estimateMs: 0 }], false, 0), 0).hedge;

  test('is busy, not slow, until it has been silent for as long as any other may be', () => {
    const busy = advance(begun(), HEDGE_MIN_MS, () => 250);
    expect(busy).toMatchObject({ commands: [], nextAt: 250 + HEDGE_MIN_MS });
    const silent = advance(busy.hedge, 250 + HEDGE_MIN_MS, () => 250);
    expect(silent.commands).toEqual([{ kind: 'note-slow', index: 0 }]);
  });

  test('is not waited for without end', () => {
    let step = advance(begun(), HEDGE_MIN_MS, () => HEDGE_MIN_MS);
    for (let times = 0; step.commands.length === 0 && times < 100; times += 1) {
      const now = step.nextAt ?? 0;
      step = advance(step.hedge, now, () => now);
      if (step.commands.length > 0) expect(now).toBe(BUSY_MAX_MS);
    }
    expect(step.commands).toEqual([{ kind: 'note-slow', index: 0 }]);
  });
});

test('a step that comes late says that the isolate is busy: the region has as long again, in which to be heard', () => {
  const { hedge } = advance(beginHedge([{ region: 'a', estimateMs: 0 }], false, 0), 0);
  const late = advance(hedge, HEDGE_MIN_MS + 100);
  expect(late).toMatchObject({ commands: [], nextAt: HEDGE_MIN_MS + 200 });
  expect(advance(late.hedge, HEDGE_MIN_MS + 200).commands).toEqual([{ kind: 'note-slow', index: 0 }]);
  expect(advance(hedge, HEDGE_MIN_MS + LATE_MS - 1).commands).toEqual([{ kind: 'note-slow', index: 0 }]);
});
