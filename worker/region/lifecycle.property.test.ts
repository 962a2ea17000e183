// Whatever happens to a region, in whatever order, twice or late: no impossible state, and what was asked for last is
// what it comes to. The world around the lifecycle is a model of its object and its container.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DrainRecord } from './drain-record.ts';
import { afterReset, step } from './lifecycle.ts';
import type { Command, Lifecycle, LifecycleEvent, Wants } from './lifecycle-events.ts';
import { hasServer, isComingUp, isLeaving, isServing, recordOf } from './stages.ts';

const RUNS = { numRuns: 500 };

/** More turns than any drain, restart or stop takes to come to rest. */
const TURNS_TO_REST = 50;

class World {
  #now = 1_000_000;
  #stored: DrainRecord | undefined;
  #lifecycle: Lifecycle;
  #wants: Wants = { enabled: true, keepAwake: true, jetstream: false };
  /** Of the container. */
  #isRunning = false;
  #isToEnd = false;
  #isLameDuck = false;
  /** What the object has under way. */
  #isStarting = false;
  #isCounting = false;
  #isMeshed = false;
  #isWatching = false;
  #drainDue: { readonly begunAt: number | undefined } | undefined;
  #restartsDue: number[] = [];
  /** Steps that drains have scheduled, this one and earlier ones. */
  readonly #everDue: (number | undefined)[] = [];
  isDrainWanted = false;

  constructor() {
    this.#lifecycle = afterReset(undefined, false, this.#wants, this.#now).state;
  }

  get stage() {
    return this.#lifecycle.stage;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  ask(event: LifecycleEvent): void {
    if (event.kind === 'drain') this.isDrainWanted = true;
    if (event.kind === 'undrain') this.isDrainWanted = false;
    if (event.kind === 'configured') {
      this.#wants = event.wants;
      this.isDrainWanted = event.drain ?? this.isDrainWanted;
    }
    this.#tell(event);
  }

  pass(ms: number): void {
    this.#now += ms;
  }

  startSucceeds(): void {
    if (!this.#isStarting) return;
    this.#isStarting = false;
    this.#isRunning = true;
    this.#tell({ kind: 'started', isHeld: false });
  }

  startFails(): void {
    if (!this.#isStarting) return;
    this.#isStarting = false;
    this.#tell({ kind: 'start-failed', problem: 'no' });
  }

  serverEnds(exitCode: number): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#isToEnd = false;
    this.#isLameDuck = false;
    this.#tell({ kind: 'ended', exitCode });
  }

  lateEnd(): void {
    if (!this.#isRunning) this.#tell({ kind: 'ended', exitCode: 1 });
  }

  drainDue(): void {
    if (this.#drainDue !== undefined) this.#tell({ kind: 'drain-due', ...this.#drainDue });
  }

  /** An alarm that fires twice, or that was read before its schedule was replaced. */
  anyDrainDue(index: number): void {
    if (this.#everDue.length === 0) return;
    const begunAt = this.#everDue[index % this.#everDue.length];
    const { stage } = this.#lifecycle;
    this.#tell({ kind: 'drain-due', begunAt });
    if (this.#drainDue?.begunAt !== begunAt) expect(this.stage, 'a step of an earlier drain').toBe(stage);
  }

  counted(clients: number | undefined): void {
    if (!this.#isCounting) return;
    this.#isCounting = false;
    this.#tell({ kind: 'clients-counted', clients });
  }

  looked(answered: boolean): void {
    if (!this.#isWatching) return;
    this.#tell(answered ? { kind: 'answered', isClosing: this.#isLameDuck } : { kind: 'unanswered' });
  }

  restartDue(): void {
    const attempt = this.#restartsDue.shift();
    if (attempt !== undefined) this.#tell({ kind: 'restart-due', attempt });
  }

  /** The object is made anew; the container runs on, or ends or comes up while nobody looks. */
  reset(isRunning: boolean): void {
    this.#isRunning = this.#isRunning ? isRunning : this.#isStarting && isRunning;
    if (!this.#isRunning) this.#isLameDuck = false;
    this.#isStarting = false;
    this.#isCounting = false;
    this.#isMeshed = false;
    this.#isWatching = false;
    this.#restartsDue = [];
    const { state, commands } = afterReset(this.#stored, this.#isRunning, this.#wants, this.#now);
    this.#lifecycle = state;
    for (const command of commands) this.#perform(command);
    this.#check();
  }

  /** Everything that is under way goes well, until nothing is. */
  rest(): void {
    this.#tell({ kind: 'configured', wants: this.#wants, drain: undefined, settleSeconds: 0 });
    for (let turn = 0; turn < TURNS_TO_REST; turn += 1) {
      this.startSucceeds();
      if (this.#isToEnd) this.serverEnds(0);
      this.counted(0);
      this.restartDue();
      this.drainDue();
    }
    this.#tell({ kind: 'configured', wants: this.#wants, drain: undefined, settleSeconds: 0 });
    this.startSucceeds();
  }

  #tell(event: LifecycleEvent): void {
    const { state, commands } = step(this.#lifecycle, event, this.#now);
    this.#lifecycle = state;
    for (const command of commands) this.#perform(command);
    this.#check();
  }

  #perform(command: Command): void {
    switch (command.kind) {
      case 'store':
        this.#stored = command.record;
        return;
      case 'start':
        expect([this.#isStarting, this.#isRunning], 'a start of what starts or runs').toEqual([false, false]);
        this.#isStarting = true;
        return;
      case 'stop':
        this.#isToEnd = this.#isRunning;
        return;
      case 'destroy':
        this.#isToEnd = this.#isRunning;
        return;
      case 'become-lame-duck':
        expect(this.#isRunning, 'the signal to one that runs').toBe(true);
        if (!this.#isToEnd) expect(this.#isLameDuck, 'the signal twice').toBe(false);
        this.#isLameDuck = true;
        return;
      case 'mesh-up':
        expect(this.#isMeshed, 'links that are made twice').toBe(false);
        this.#isMeshed = true;
        return;
      case 'mesh-down':
        this.#isMeshed = false;
        this.#isWatching = false;
        return;
      case 'watch':
        this.#isWatching = true;
        return;
      case 'count-clients':
        this.#isCounting = true;
        return;
      case 'schedule-drain':
        this.#drainDue = { begunAt: command.begunAt };
        this.#everDue.push(command.begunAt);
        return;
      case 'restart-after':
        this.#restartsDue.push(command.attempt);
    }
  }

  #check(): void {
    const { stage, since } = this.#lifecycle;
    const { kind } = stage;
    expect(hasServer(stage), `${kind}: a server that runs`).toBe(this.#isRunning);
    const isStarting = kind === 'starting' || (kind === 'down' && stage.isStarting);
    expect(isStarting, `${kind}: a start under way`).toBe(this.#isStarting);
    expect(this.#stored, `${kind}: what is stored`).toEqual(recordOf(stage, since));
    expect(since).toBeLessThanOrEqual(this.#now);
    expect(isLeaving(stage) || willStart(this.#lifecycle), `${kind}: drained or not`).toBe(
      this.isDrainWanted || willStart(this.#lifecycle),
    );
    if (isServing(stage)) expect(this.#isMeshed, `${kind}: linked`).toBe(true);
    if (!hasServer(stage)) expect(this.#isMeshed, `${kind}: not linked`).toBe(false);
    if (hasServer(stage)) expect(this.#isWatching, `${kind}: looked after`).toBe(true);
    if (kind === 'lame-duck') expect(this.#isLameDuck, 'was told').toBe(true);
    // An object that is reset while a lame duck stops, to be started again, takes it for up until its end.
    if ((kind === 'up' || kind === 'settling') && !this.#isToEnd) {
      expect(this.#isLameDuck, `${kind}: was not told`).toBe(false);
    }
    if (kind === 'settling' || kind === 'lame-duck') {
      expect(this.#drainDue?.begunAt, `${kind}: its own schedule`).toBe(stage.begunAt);
    }
    if (kind === 'down' && !stage.isStarting) expect(this.#restartsDue).toContain(stage.attempt);
  }
}

/** A drain that was taken back after the signal. */
function willStart({ stage }: Lifecycle): boolean {
  return stage.kind === 'lame-duck' && stage.startAgain;
}

const wants = fc.record({ enabled: fc.boolean(), keepAwake: fc.boolean(), jetstream: fc.boolean() });
const configured = fc.record({
  kind: fc.constant('configured' as const),
  wants,
  drain: fc.constantFrom(true, false, undefined),
  settleSeconds: fc.nat(60),
});
const askedFor = fc.oneof(
  fc.constantFrom<LifecycleEvent>(
    { kind: 'client' },
    { kind: 'wake' },
    { kind: 'halt' },
    { kind: 'activity-expired' },
  ),
  fc.constant<LifecycleEvent>({ kind: 'undrain' }),
  fc.nat(60).map((settleSeconds): LifecycleEvent => ({ kind: 'drain', settleSeconds })),
  configured,
);

type Happening = (world: World) => void;

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: askedFor.map(
      (event): Happening =>
        (world) =>
          world.ask(event),
    ),
  },
  {
    weight: 8,
    arbitrary: fc.constantFrom<Happening>(
      (world) => world.startSucceeds(),
      (world) => world.startSucceeds(),
      (world) => world.startFails(),
      (world) => world.lateEnd(),
      (world) => world.drainDue(),
      (world) => world.restartDue(),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.nat(5).map(
      (index): Happening =>
        (world) =>
          world.anyDrainDue(index),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, 1, 137).map(
      (code): Happening =>
        (world) =>
          world.serverEnds(code),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(0, 3, undefined).map(
      (clients): Happening =>
        (world) =>
          world.counted(clients),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.boolean().map(
      (answered): Happening =>
        (world) =>
          world.looked(answered),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map(
      (isRunning): Happening =>
        (world) =>
          world.reset(isRunning),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(20_000).map(
      (ms): Happening =>
        (world) =>
          world.pass(ms),
    ),
  },
);

const history = fc.array(happening, { maxLength: 60, size: 'max' });

test('no sequence of events leads to a state that cannot be', () => {
  fc.assert(
    fc.property(history, (happenings) => {
      const world = new World();
      for (const happen of happenings) happen(world);
    }),
    RUNS,
  );
});

test('a region that is to be drained comes to rest drained, with no server, and no client or wake starts one', () => {
  fc.assert(
    fc.property(history, (happenings) => {
      const world = new World();
      for (const happen of happenings) happen(world);
      world.ask({ kind: 'drain', settleSeconds: 0 });
      world.rest();
      for (const kind of ['client', 'wake'] as const) world.ask({ kind });
      expect([world.stage.kind, world.isRunning]).toEqual(['drained', false]);
    }),
    RUNS,
  );
});

test('a region that is taken back and should be awake comes to rest up', () => {
  fc.assert(
    fc.property(history, (happenings) => {
      const world = new World();
      for (const happen of happenings) happen(world);
      const awake = { enabled: true, keepAwake: true, jetstream: false };
      world.ask({ kind: 'configured', wants: awake, drain: false, settleSeconds: 0 });
      world.rest();
      expect(world.stage.kind).toBe('up');
    }),
    RUNS,
  );
});

test('whoever waits for a start is told: no stage that comes up lasts once all that is under way is done', () => {
  fc.assert(
    fc.property(history, (happenings) => {
      const world = new World();
      for (const happen of happenings) happen(world);
      world.rest();
      expect(isComingUp(world.stage)).toBe(false);
    }),
    RUNS,
  );
});
