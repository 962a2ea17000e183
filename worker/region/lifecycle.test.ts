// Every stage meets every event. A cell of the table says where it leads and what is commanded, in a short form;
// where there is no cell nothing may change and nothing may be commanded.

import { describe, expect, test } from 'vitest';
import { DRAIN_POLL_SECONDS } from './drain-changes.ts';
import type { DrainPhase, DrainRecord } from './drain-record.ts';
import { afterReset, step } from './lifecycle.ts';
import type { Command, Lifecycle, LifecycleEvent, Wants } from './lifecycle-events.ts';
import { STABLE_SERVER_MS } from './server-changes.ts';
import { recordOf, regionStateOf, type Stage, sinceOf } from './stages.ts';

const AWAKE: Wants = { enabled: true, keepAwake: true, jetstream: false };
const SLEEPY: Wants = { enabled: true, keepAwake: false, jetstream: false };
const DISABLED: Wants = { enabled: false, keepAwake: true, jetstream: false };
/** Both have JetStream. */
const STORING: Wants = { ...AWAKE, jetstream: true };

/** When the stages of the table began, and their drain. */
const THEN = 5_000;
const BEGUN_AT = 4_000;
const ANOTHER_DRAIN = 3_999;
const NOW = 9_000;

/** Restarts so far, and so the attempt of the restart that is due. */
const ATTEMPT = 3;

const STAGES = {
  asleep: { kind: 'asleep' },
  drained: { kind: 'drained' },
  starting: { kind: 'starting', goal: 'up' },
  waiting: { kind: 'waiting', why: 'others first' },
  'starting to be drained': { kind: 'starting', goal: 'drained' },
  up: { kind: 'up', isCounting: false, isClosing: false, isHeld: false, unanswered: 0 },
  'up, counting': { kind: 'up', isCounting: true, isClosing: false, isHeld: false, unanswered: 0 },
  'up, silent': { kind: 'up', isCounting: false, isClosing: false, isHeld: false, unanswered: 1 },
  'up, silent for long': { kind: 'up', isCounting: false, isClosing: false, isHeld: false, unanswered: 3 },
  'up, closing': { kind: 'up', isCounting: false, isClosing: true, isHeld: false, unanswered: 0 },
  settling: { kind: 'settling', begunAt: BEGUN_AT, unanswered: 0 },
  'lame-duck': { kind: 'lame-duck', begunAt: BEGUN_AT, startAgain: false, unanswered: 0 },
  'lame-duck, again': { kind: 'lame-duck', begunAt: BEGUN_AT, startAgain: true, unanswered: 0 },
  'lame-duck, silent': { kind: 'lame-duck', begunAt: BEGUN_AT, startAgain: false, unanswered: 1 },
  'stopping to sleep': { kind: 'stopping', goal: 'asleep', unanswered: 0 },
  'stopping to start': { kind: 'stopping', goal: 'up', unanswered: 0 },
  'stopping to be drained': { kind: 'stopping', goal: 'drained', unanswered: 0 },
  'stopping, silent': { kind: 'stopping', goal: 'asleep', unanswered: 1 },
  down: { kind: 'down', problem: 'it broke', attempt: ATTEMPT - 1, isStarting: false },
  'down, starting': { kind: 'down', problem: 'it broke', attempt: ATTEMPT - 1, isStarting: true },
} as const satisfies Record<string, Stage>;

type StageName = keyof typeof STAGES;

/** `stage: command command`; what is stored shows as the phase, or `-` for nothing. */
type Cells = Partial<Record<StageName, string>>;

type Row = readonly [LifecycleEvent, Wants, Cells];

/** The first look that a server leaves unanswered changes what is told of it, and nothing else. */
const SILENT: Cells = {
  up: 'up/1:',
  'up, counting': 'up?/1:',
  'up, closing': 'up!/1:',
  settling: 'settling@4000/1:',
  'lame-duck': 'lame-duck@4000/1:',
  'lame-duck, again': 'lame-duck@4000/1+again:',
  'stopping to sleep': 'stopping>asleep/1:',
  'stopping to start': 'stopping>up/1:',
  'stopping to be drained': 'stopping>drained/1:',
};

/** The second ends it. */
const HUNG: Cells = {
  'up, silent': 'up/2: destroy',
  'up, silent for long': 'up/4: destroy',
  'lame-duck, silent': 'lame-duck@4000/2: destroy',
  'stopping, silent': 'stopping>asleep/2: destroy',
};

/** To run, where it does not and nothing forbids it. */
const WAKE: Cells = {
  asleep: 'starting>up: start',
  'stopping to sleep': 'stopping>up: stop',
  'stopping to start': 'stopping>up: stop',
  'stopping, silent': 'stopping>up/1: stop',
};

/** To be drained. */
const DRAIN: Cells = {
  waiting: 'drained: store=drained',
  asleep: 'drained: store=drained',
  starting: 'starting>drained: store=drained',
  up: 'settling@9000: store=settling drain-due@9000/60s',
  'up, counting': 'settling@9000: store=settling drain-due@9000/60s',
  'up, silent': 'settling@9000/1: store=settling drain-due@9000/60s',
  'up, silent for long': 'settling@9000/3: store=settling drain-due@9000/60s',
  'up, closing': 'settling@9000: store=settling drain-due@9000/60s',
  'lame-duck, again': 'lame-duck@4000: store=lame-duck',
  'stopping to sleep': 'stopping>drained: store=drained',
  'stopping to start': 'stopping>drained: store=drained',
  'stopping, silent': 'stopping>drained/1: store=drained',
  down: 'drained: store=drained',
  'down, starting': 'starting>drained: store=drained',
};

/** To be drained no longer, and awake. */
const UNDRAIN: Cells = {
  drained: 'starting>up: store=- start',
  'starting to be drained': 'starting>up: store=-',
  settling: 'up: store=-',
  'lame-duck': 'lame-duck@4000+again: store=lame-duck+again',
  'lame-duck, silent': 'lame-duck@4000/1+again: store=lame-duck+again',
  'stopping to be drained': 'stopping>up: store=-',
};

/** To be drained no longer; it may sleep. */
const UNDRAIN_SLEEPY: Cells = {
  drained: 'asleep: store=-',
  'starting to be drained': 'starting>up: store=-',
  settling: 'up: store=-',
  'lame-duck': 'lame-duck@4000+again: store=lame-duck+again',
  'lame-duck, silent': 'lame-duck@4000/1+again: store=lame-duck+again',
  'stopping to be drained': 'stopping>asleep: store=-',
};

const TABLE: Readonly<Record<string, Row>> = {
  'a client': [
    { kind: 'client' },
    SLEEPY,
    {
      asleep: 'starting>up: start',
      'up, counting': 'up:',
      'stopping to sleep': 'stopping>up: stop',
      'stopping to start': 'stopping>up: stop',
      'stopping, silent': 'stopping>up/1: stop',
    },
  ],
  'a wake': [
    { kind: 'wake' },
    SLEEPY,
    {
      asleep: 'starting>up: start',
      'stopping to sleep': 'stopping>up: stop',
      'stopping to start': 'stopping>up: stop',
      'stopping, silent': 'stopping>up/1: stop',
      down: 'down#2+start: start',
    },
  ],
  'configured to be awake': [configuredAs(AWAKE), AWAKE, WAKE],
  'configured as one that may sleep': [configuredAs(SLEEPY), SLEEPY, {}],
  'configured to be awake, but disabled': [configuredAs(DISABLED), DISABLED, { waiting: 'asleep:' }],
  'configured to be drained': [configuredAs(AWAKE, true), AWAKE, DRAIN],
  'configured to be drained no longer': [configuredAs(AWAKE, false), AWAKE, { ...WAKE, ...UNDRAIN }],
  'configured to be drained no longer, but disabled': [
    configuredAs(DISABLED, false),
    DISABLED,
    { ...UNDRAIN_SLEEPY, waiting: 'asleep:' },
  ],
  'a client of a disabled region': [{ kind: 'client' }, DISABLED, { 'up, counting': 'up:' }],
  'a wake of a disabled region': [{ kind: 'wake' }, DISABLED, { down: 'asleep:' }],
  'a restart of a disabled region': [
    { kind: 'restart-due', attempt: ATTEMPT - 1 },
    DISABLED,
    { down: 'asleep:' },
  ],
  started: [
    { kind: 'started', isHeld: false },
    AWAKE,
    {
      starting: 'up: mesh-up watch',
      'starting to be drained': 'stopping>drained: store=drained stop watch',
      'down, starting': 'up: mesh-up watch',
    },
  ],
  'a start that failed': [
    { kind: 'start-failed', problem: 'no' },
    AWAKE,
    {
      starting: 'down#3: restart-after#3',
      'starting to be drained': 'drained: store=drained',
      'down, starting': 'down#3: restart-after#3',
    },
  ],
  'a start that failed, of one that may sleep': [
    { kind: 'start-failed', problem: 'no' },
    SLEEPY,
    {
      starting: 'asleep:',
      'starting to be drained': 'drained: store=drained',
      'down, starting': 'down#3: restart-after#3',
    },
  ],
  'an end with exit code 1': [
    { kind: 'ended', exitCode: 1 },
    SLEEPY,
    {
      up: 'down#3: mesh-down restart-after#3',
      'up, counting': 'down#3: mesh-down restart-after#3',
      'up, silent': 'down#3: mesh-down restart-after#3',
      'up, silent for long': 'down#3: mesh-down restart-after#3',
      'up, closing': 'asleep: mesh-down',
      settling: 'drained: store=drained mesh-down',
      'lame-duck': 'drained: store=drained mesh-down',
      'lame-duck, again': 'starting>up: store=- mesh-down start',
      'lame-duck, silent': 'drained: store=drained mesh-down',
      'stopping to sleep': 'asleep: mesh-down',
      'stopping to start': 'starting>up: mesh-down start',
      'stopping to be drained': 'drained: store=drained mesh-down',
      'stopping, silent': 'asleep: mesh-down',
    },
  ],
  'an end with exit code 0': [
    { kind: 'ended', exitCode: 0 },
    SLEEPY,
    {
      up: 'asleep: mesh-down',
      'up, counting': 'asleep: mesh-down',
      'up, silent': 'asleep: mesh-down',
      'up, silent for long': 'asleep: mesh-down',
      'up, closing': 'asleep: mesh-down',
      settling: 'drained: store=drained mesh-down',
      'lame-duck': 'drained: store=drained mesh-down',
      'lame-duck, again': 'starting>up: store=- mesh-down start',
      'lame-duck, silent': 'drained: store=drained mesh-down',
      'stopping to sleep': 'asleep: mesh-down',
      'stopping to start': 'starting>up: mesh-down start',
      'stopping to be drained': 'drained: store=drained mesh-down',
      'stopping, silent': 'asleep: mesh-down',
    },
  ],
  'an end with exit code 0 of one that stays awake': [
    { kind: 'ended', exitCode: 0 },
    AWAKE,
    {
      up: 'down#3: mesh-down restart-after#3',
      'up, counting': 'down#3: mesh-down restart-after#3',
      'up, silent': 'down#3: mesh-down restart-after#3',
      'up, silent for long': 'down#3: mesh-down restart-after#3',
      'up, closing': 'starting>up: mesh-down start',
      settling: 'drained: store=drained mesh-down',
      'lame-duck': 'drained: store=drained mesh-down',
      'lame-duck, again': 'starting>up: store=- mesh-down start',
      'lame-duck, silent': 'drained: store=drained mesh-down',
      'stopping to sleep': 'asleep: mesh-down',
      'stopping to start': 'starting>up: mesh-down start',
      'stopping to be drained': 'drained: store=drained mesh-down',
      'stopping, silent': 'asleep: mesh-down',
    },
  ],
  'a restart that is due': [
    { kind: 'restart-due', attempt: ATTEMPT - 1 },
    AWAKE,
    { down: 'down#2+start: start' },
  ],
  'a restart that was due before others': [{ kind: 'restart-due', attempt: 0 }, AWAKE, {}],
  'a drain': [{ kind: 'drain', settleSeconds: 60 }, AWAKE, DRAIN],
  'an undrain': [{ kind: 'undrain' }, AWAKE, UNDRAIN],
  'an undrain of one that may sleep': [{ kind: 'undrain' }, SLEEPY, UNDRAIN_SLEEPY],
  'the next step of the drain': [
    { kind: 'drain-due', begunAt: BEGUN_AT },
    AWAKE,
    {
      settling: 'lame-duck@4000: store=lame-duck become-lame-duck drain-due@4000/1s',
      'lame-duck': 'lame-duck@4000: count-clients',
      'lame-duck, again': 'lame-duck@4000+again: count-clients',
      'lame-duck, silent': 'lame-duck@4000/1: count-clients',
    },
  ],
  'a step of another drain': [{ kind: 'drain-due', begunAt: ANOTHER_DRAIN }, AWAKE, {}],
  'a step of a drain from before drains were told apart': [
    { kind: 'drain-due', begunAt: undefined },
    AWAKE,
    {},
  ],
  'a halt': [
    { kind: 'halt' },
    AWAKE,
    {
      up: 'stopping>asleep: stop',
      'up, counting': 'stopping>asleep: stop',
      'up, silent': 'stopping>asleep/1: stop',
      'up, silent for long': 'stopping>asleep/3: stop',
      'up, closing': 'stopping>asleep: stop',
      settling: 'stopping>drained: store=drained stop',
      'lame-duck': 'stopping>drained: store=drained stop',
      'lame-duck, again': 'stopping>up: store=- stop',
      'lame-duck, silent': 'stopping>drained/1: store=drained stop',
    },
  ],
  'no client for long': [
    { kind: 'activity-expired' },
    SLEEPY,
    {
      up: 'up?: count-clients',
      'up, counting': 'up?: count-clients',
      'up, silent': 'up?/1: count-clients',
      'up, silent for long': 'up?/3: count-clients',
      'up, closing': 'up?!: count-clients',
    },
  ],
  'no client for long, of one that stays awake': [{ kind: 'activity-expired' }, AWAKE, {}],
  'a count of 0': [
    { kind: 'clients-counted', clients: 0 },
    SLEEPY,
    {
      'up, counting': 'stopping>asleep: stop',
      'lame-duck': 'stopping>drained: store=drained stop',
      'lame-duck, again': 'stopping>up: store=- stop',
      'lame-duck, silent': 'stopping>drained/1: store=drained stop',
    },
  ],
  'a count of 0 in one that stays awake by now': [
    { kind: 'clients-counted', clients: 0 },
    AWAKE,
    {
      'up, counting': 'up:',
      'lame-duck': 'stopping>drained: store=drained stop',
      'lame-duck, again': 'stopping>up: store=- stop',
      'lame-duck, silent': 'stopping>drained/1: store=drained stop',
    },
  ],
  ...Object.fromEntries(
    [1, undefined].map((clients): [string, Row] => [
      `a count of ${clients ?? 'nobody knows how many'}`,
      [
        { kind: 'clients-counted', clients },
        SLEEPY,
        {
          'up, counting': 'up:',
          'lame-duck': 'lame-duck@4000: drain-due@4000/1s',
          'lame-duck, again': 'lame-duck@4000+again: drain-due@4000/1s',
          'lame-duck, silent': 'lame-duck@4000/1: drain-due@4000/1s',
        },
      ],
    ]),
  ),
  'an answer of the server': [
    { kind: 'answered', isClosing: false },
    AWAKE,
    {
      'up, silent': 'up:',
      'up, silent for long': 'up:',
      'up, closing': 'up:',
      'lame-duck, silent': 'lame-duck@4000:',
      'stopping to sleep': 'stopping>asleep: stop',
      'stopping to start': 'stopping>up: stop',
      'stopping to be drained': 'stopping>drained: stop',
      'stopping, silent': 'stopping>asleep: stop',
    },
  ],
  'an answer of a server that the platform is about to end': [
    { kind: 'answered', isClosing: true },
    AWAKE,
    {
      up: 'up!:',
      'up, counting': 'up?!:',
      'up, silent': 'up!:',
      'up, silent for long': 'up!:',
      'lame-duck, silent': 'lame-duck@4000:',
      'stopping to sleep': 'stopping>asleep: stop',
      'stopping to start': 'stopping>up: stop',
      'stopping to be drained': 'stopping>drained: stop',
      'stopping, silent': 'stopping>asleep: stop',
    },
  ],
  'no answer of the server': [{ kind: 'unanswered' }, AWAKE, { ...SILENT, ...HUNG }],
  'no answer of a server with JetStream': [
    { kind: 'unanswered' },
    STORING,
    {
      ...SILENT,
      'up, silent': 'up/2:',
      'up, silent for long': 'up/4: destroy',
      'lame-duck, silent': 'lame-duck@4000/2:',
      'stopping, silent': 'stopping>asleep/2:',
    },
  ],
};

describe.each(Object.entries(TABLE))('%s', (_, [event, wants, cells]) => {
  test.each(Object.entries(STAGES))('at the stage %s', (name, stage) => {
    const before = at(stage, wants);
    const { state, commands } = step(before, event, NOW);
    const cell = (cells as Readonly<Record<string, string>>)[name] ?? `${shown(stage)}:`;
    expect(`${shown(state.stage)}: ${commands.map(shownCommand).join(' ')}`.trimEnd()).toBe(cell);
    expect(state.since).toBe(state.stage.kind === stage.kind ? THEN : NOW);
    expect(state.wants).toEqual(wants);
    // What comes twice, with nothing in between, is done once: never two starts, two drains, two signals.
    const again = step(state, event, NOW).commands.map(({ kind }) => kind);
    for (const once of ['start', 'become-lame-duck', 'mesh-up', 'restart-after', 'store']) {
      expect(again).not.toContain(once);
    }
  });
});

describe('after a reset of the object', () => {
  const record = (phase: DrainPhase, startAgain = false): DrainRecord => ({
    phase,
    since: THEN,
    startAgain,
    ...(phase !== 'drained' && { begunAt: BEGUN_AT }),
  });

  test.each<[string, DrainRecord | undefined, boolean, string]>([
    ['nothing stored, nothing running', undefined, false, 'asleep:'],
    ['nothing stored, running', undefined, true, 'up: mesh-up watch'],
    ['settling, running', record('settling'), true, 'settling@4000: mesh-up watch'],
    ['settling, ended', record('settling'), false, 'drained: store=drained'],
    ['lame duck, running', record('lame-duck'), true, 'lame-duck@4000: mesh-up watch'],
    ['lame duck taken back, running', record('lame-duck', true), true, 'lame-duck@4000+again: mesh-up watch'],
    ['lame duck, ended', record('lame-duck'), false, 'drained: store=drained'],
    ['lame duck taken back, ended', record('lame-duck', true), false, 'asleep: store=-'],
    ['drained, ended', record('drained'), false, 'drained:'],
    ['drained while it started, running', record('drained'), true, 'stopping>drained: stop watch'],
  ])('%s', (_, stored, isRunning, expected) => {
    const { state, commands } = afterReset(stored, isRunning, AWAKE, NOW);
    expect(`${shown(state.stage)}: ${commands.map(shownCommand).join(' ')}`.trimEnd()).toBe(expected);
  });

  test.each(['settling', 'lame-duck'] as const)(
    'a drain that an earlier version began goes on, %s, by the schedule that it has',
    (phase) => {
      const { state } = afterReset({ phase, since: 7, startAgain: false }, true, AWAKE, NOW);
      const { state: after, commands } = step(state, { kind: 'drain-due', begunAt: undefined }, NOW);
      expect(after.stage.kind).toBe('lame-duck');
      expect(commands.map(({ kind }) => kind)).toContain(
        phase === 'settling' ? 'become-lame-duck' : 'count-clients',
      );
      expect(step(state, { kind: 'drain-due', begunAt: 7 }, NOW).commands).toEqual([]);
    },
  );
});

test('drained, taken back and drained again within a millisecond, it goes by the last drain only', () => {
  const first = step(at(STAGES.up, AWAKE), { kind: 'drain', settleSeconds: 10 }, NOW);
  const back = step(first.state, { kind: 'undrain' }, NOW);
  const second = step(back.state, { kind: 'drain', settleSeconds: 60 }, NOW);
  const [one, other] = [first, second].map(({ commands }) =>
    commands.find((command) => command.kind === 'schedule-drain'),
  );
  expect(one?.begunAt).not.toBe(other?.begunAt);
  expect(step(second.state, { kind: 'drain-due', begunAt: one?.begunAt }, NOW).commands).toEqual([]);
  const due = step(second.state, { kind: 'drain-due', begunAt: other?.begunAt }, NOW);
  expect(due.commands.map(shownCommand)).toContain('become-lame-duck');
  expect(due.commands).toContainEqual({
    kind: 'schedule-drain',
    afterSeconds: DRAIN_POLL_SECONDS,
    begunAt: other?.begunAt,
  });
});

test.each([
  [STABLE_SERVER_MS - 1, ATTEMPT],
  [STABLE_SERVER_MS, 0],
])('a server that ends after %i ms is restarted as attempt %i', (livedMs, attempt) => {
  const { state, commands } = step(at(STAGES.up, AWAKE), { kind: 'ended', exitCode: 1 }, THEN + livedMs);
  expect(commands).toContainEqual({ kind: 'restart-after', attempt });
  expect(state.restarts).toBe(attempt + 1);
});

test('the pauses between restarts that fail count up', () => {
  let { state } = step(at(STAGES.up, AWAKE), { kind: 'ended', exitCode: 1 }, THEN + STABLE_SERVER_MS);
  for (const attempt of [0, 1, 2]) {
    ({ state } = step(state, { kind: 'restart-due', attempt }, NOW));
    const failed = step(state, { kind: 'start-failed', problem: 'no' }, NOW);
    expect(failed.commands).toEqual([{ kind: 'restart-after', attempt: attempt + 1 }]);
    expect(failed.state.since).toBe(THEN + STABLE_SERVER_MS);
    ({ state } = failed);
  }
});

test('a drain is one state to Workers, since its beginning', () => {
  const { state } = step(at(STAGES.settling, AWAKE), { kind: 'drain-due', begunAt: BEGUN_AT }, NOW);
  expect([regionStateOf(state.stage), sinceOf(state)]).toEqual(['draining', BEGUN_AT]);
  expect(recordOf(state.stage, state.since)).toEqual({
    phase: 'lame-duck',
    since: NOW,
    startAgain: false,
    begunAt: BEGUN_AT,
  });
});

describe('a JetStream server that may not start yet', () => {
  const becomes = (stage: Stage, ...events: readonly LifecycleEvent[]) => {
    const before = at(stage, { enabled: true, keepAwake: true, jetstream: true });
    return shown(events.reduce((state, event) => step(state, event, NOW).state, before).stage);
  };
  const mustWait: LifecycleEvent = { kind: 'must-wait', why: 'others first' };
  const admitted: LifecycleEvent = { kind: 'admitted' };
  const started: LifecycleEvent = { kind: 'started', isHeld: true };

  test.each<[StageName, string]>([
    ['starting', 'waiting'],
    ['down, starting', 'waiting'],
    ['waiting', 'waiting'],
    ['starting to be drained', 'drained'],
    ['drained', 'drained'],
    ['asleep', 'asleep'],
    ['up', 'up'],
    ['down', 'down#2'],
  ])('%s: %s', (stage, expected) => {
    expect(becomes(STAGES[stage], mustWait)).toBe(expected);
  });

  test('starts once it may, and takes clients at once or when streams have been restored', () => {
    expect(becomes(STAGES.starting, mustWait, admitted)).toBe('starting>up');
    for (const stage of [STAGES.starting, STAGES['down, starting']]) {
      expect(becomes(stage, admitted, started)).toBe('up+held');
      expect(becomes(stage, admitted, started, { kind: 'released' })).toBe('up');
      expect(becomes(stage, admitted, { ...started, isHeld: false })).toBe('up');
    }
  });

  test('is held though it is up, after a reset of its object', () => {
    expect(becomes(STAGES.up, { kind: 'held' })).toBe('up+held');
    expect(becomes(STAGES.asleep, { kind: 'held' })).toBe('asleep');
  });

  test.each(Object.keys(STAGES) as StageName[])(
    'is not admitted or released at another stage: %s',
    (stage) => {
      if (stage !== 'waiting') expect(becomes(STAGES[stage], admitted)).toBe(shown(STAGES[stage]));
      expect(becomes(STAGES[stage], { kind: 'released' })).toBe(shown(STAGES[stage]));
    },
  );
});

function configuredAs(wants: Wants, drain?: boolean): LifecycleEvent {
  return { kind: 'configured', wants, drain, settleSeconds: 60 };
}

function at(stage: Stage, wants: Wants): Lifecycle {
  return { stage, since: THEN, wants, restarts: ATTEMPT, lastDrainAt: BEGUN_AT };
}

function shown(stage: Stage): string {
  const silent = 'unanswered' in stage && stage.unanswered > 0 ? `/${stage.unanswered}` : '';
  switch (stage.kind) {
    case 'asleep':
    case 'drained':
    case 'waiting':
      return stage.kind;
    case 'starting':
      return `starting>${stage.goal}`;
    case 'stopping':
      return `${stage.kind}>${stage.goal}${silent}`;
    case 'up':
      return `up${stage.isCounting ? '?' : ''}${stage.isClosing ? '!' : ''}${stage.isHeld ? '+held' : ''}${silent}`;
    case 'settling':
      return `settling@${stage.begunAt}${silent}`;
    case 'lame-duck':
      return `lame-duck@${stage.begunAt}${silent}${stage.startAgain ? '+again' : ''}`;
    case 'down':
      return `down#${stage.attempt}${stage.isStarting ? '+start' : ''}`;
  }
}

function shownCommand(command: Command): string {
  switch (command.kind) {
    case 'store':
      return `store=${command.record?.phase ?? '-'}${command.record?.startAgain ? '+again' : ''}`;
    case 'schedule-drain':
      return `drain-due@${command.begunAt}/${command.afterSeconds}s`;
    case 'restart-after':
      return `restart-after#${command.attempt}`;
    default:
      return command.kind;
  }
}
