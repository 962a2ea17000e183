// The object that carries out rollouts: it makes their steps one after the other, looks at what became of each, goes on, waits
// or goes back. Its alarm drives it; all that it knows is in its storage, so that it goes on after a reset. Only one rollout is
// under way at a time. It edits as everybody does, through the ConfigStore: of two who edit at once one is refused.

import { DurableObject } from 'cloudflare:workers';
import type { Rollout, RolloutEvent, RolloutSummary } from '../../api/rollouts.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { parseDurationMs } from '../../regions/duration.ts';
import { makeEdit } from '../admin/edit.ts';
import { trafficNow } from '../admin/traffic-now.ts';
import { activeConfig, adoptConfig, deployedConfig } from '../config/active-config.ts';
import { type Standing, standingOf } from '../config/edit-rules.ts';
import { type ConfigStoreStub, configStore } from '../config/store-stub.ts';
import type { StoredVersion } from '../config/version-table.ts';
import type { EdgeContext } from '../edge-context.ts';
import type { Env } from '../env.ts';
import { messageOf } from '../message-of.ts';
import { metricsCollector } from '../metrics/collector-stub.ts';
import { type Found, nextOf, watch } from './judge.ts';
import { plannedSteps } from './plan-steps.ts';
import { isOver, type RolloutRecord, summaryOf, UNWATCHED, viewOf, withEvent } from './rollout-record.ts';
import { RolloutTable } from './rollout-table.ts';
import type { OperateRollout, RolloutMethods, RolloutOutcome, StartRollout } from './rollouts-stub.ts';
import { regionsOf, settingsAt, settingsOf, takenBack, withSettings } from './settings.ts';
import { stepForecasts } from './step-forecasts.ts';
import { countedIn } from './visit-window.ts';
import { refusalWords } from './words.ts';

/** Of one that could not be made, since something did not answer. */
const AGAIN_MS = 5_000;

const MERIDIAN = 'meridian';

/** The store takes no longer message. */
const MESSAGE_CHARACTERS = 500;

export class RolloutDriver extends DurableObject<Env> implements RolloutMethods {
  readonly #table: RolloutTable;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(ctx: DurableObject['ctx'], env: Env) {
    super(ctx, env);
    this.#table = new RolloutTable(ctx.storage.sql);
  }

  start(request: StartRollout): Promise<RolloutOutcome> {
    return this.#inTurn(() => this.#start(request));
  }

  operate(request: OperateRollout): Promise<RolloutOutcome> {
    return this.#inTurn(() => this.#operate(request));
  }

  async show(id: number): Promise<Rollout | undefined> {
    const record = this.#table.get(id);
    return record && viewOf(record, await this.#facts());
  }

  async list(): Promise<readonly RolloutSummary[]> {
    return this.#table.all().map(summaryOf);
  }

  async begin(): Promise<void> {
    const record = this.#underWay();
    if (record !== undefined && (await this.ctx.storage.getAlarm()) === null) await this.#schedule(record);
  }

  /** Never rejects: what did not work is tried again. */
  override async alarm(): Promise<void> {
    await this.#inTurn(async () => {
      const record = this.#underWay();
      if (record === undefined) return;
      try {
        await this.#look(record);
      } catch (error) {
        console.error(`rollout ${record.plan.name}: ${messageOf(error)}`);
      }
      await this.#schedule(this.#underWay());
    });
  }

  /** What is asked of this object is done one after the other: each reads what the one before has stored. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  #underWay(): RolloutRecord | undefined {
    const newest = this.#table.newest();
    return newest === undefined || isOver(newest) ? undefined : newest;
  }

  async #schedule(record: RolloutRecord | undefined): Promise<void> {
    if (record === undefined || record.state === 'paused') return this.ctx.storage.deleteAlarm();
    const now = Date.now();
    const { startAt, plan, watched, pending, aborting } = record;
    if (record.state === 'scheduled' && startAt !== null && startAt > now)
      return this.ctx.storage.setAlarm(startAt);
    const next =
      pending !== undefined || aborting !== undefined
        ? now + AGAIN_MS
        : (watched.checkedAt ?? now) + parseDurationMs(plan.every);
    return this.ctx.storage.setAlarm(Math.max(now + 1, next));
  }

  async #start({ plan, dryRun, author }: StartRollout): Promise<RolloutOutcome> {
    const store = configStore(this.env);
    if (store === undefined) return { kind: 'no_store' };
    const other = this.#underWay();
    if (other !== undefined && !dryRun) return { kind: 'running', id: other.id, name: other.plan.name };
    const standing = await this.#standing(store);
    if (plan.base !== undefined && plan.base !== standing.version)
      return { kind: 'conflict', current: standing.version };
    const now = Date.now();
    const startAt = plan.startAt === undefined ? null : Date.parse(plan.startAt);
    if (startAt !== null && startAt < now) return { kind: 'past' };
    const planned = plannedSteps(plan, standing);
    if (planned.kind === 'refused') {
      const { step, verdict } = planned;
      const code =
        verdict.kind === 'needs_deploy' || verdict.kind === 'last_region' ? verdict.kind : 'jetstream_behind';
      return { kind: 'refused', step, code, words: refusalWords(verdict) };
    }
    if (planned.kind !== 'ok') return planned;
    const traffic = await trafficNow(this.#edge());
    const forecasts = stepForecasts(standing.config, planned.steps, traffic);
    const paths = [...new Set(plan.steps.flatMap((step) => Object.keys(settingsOf(step))))];
    const record: RolloutRecord = {
      ...{ plan, author, startAt, createdAt: now, endedAt: null, why: null, step: -1, made: {} },
      id: dryRun ? 0 : (this.#table.newest()?.id ?? 0) + 1,
      state: startAt === null ? 'running' : 'scheduled',
      base: standing.version,
      version: standing.version,
      steps: planned.steps.map(({ changes }, n) => ({
        ...{ changes, version: null, startedAt: null, endedAt: null },
        forecast: forecasts[n] ?? null,
      })),
      before: settingsAt(standing.config, paths),
      changed: regionsOf(standing.config, paths),
      ...{ watchedMs: 0, watchedSince: null, watched: UNWATCHED, events: [] },
    };
    if (dryRun) return { kind: 'ok', rollout: viewOf(record, []) };
    const words = `${plan.steps.length} steps from version ${standing.version} on`;
    const begun = this.#say(record, 'created', words, author);
    await this.ctx.storage.setAlarm(Math.max(now + 1, startAt ?? 0));
    return { kind: 'ok', rollout: viewOf(begun, []) };
  }

  async #operate({ id, operation, by, full, reason }: OperateRollout): Promise<RolloutOutcome> {
    const record = this.#table.get(id);
    if (record === undefined) return { kind: 'no_such_rollout' };
    if (isOver(record)) return { kind: 'not_now', why: `it is ${record.state}` };
    const why = reason ?? null;
    switch (operation) {
      case 'pause':
        if (record.state === 'paused') return { kind: 'not_now', why: 'it is paused already' };
        this.#pause(record, why ?? `paused by ${by}`, by);
        break;
      case 'resume':
        if (record.state !== 'paused') return { kind: 'not_now', why: `it is ${record.state}, not paused` };
        await this.#resume(record, by);
        break;
      case 'abort':
        await this.#abort(record, why ?? `aborted by ${by}`, by);
        break;
      case 'promote':
        if (record.state === 'paused') return { kind: 'not_now', why: 'it is paused: resume it first' };
        await this.#promote(record, full, by);
    }
    const after = this.#table.get(id) ?? record;
    await this.#schedule(isOver(after) ? undefined : after);
    return { kind: 'ok', rollout: viewOf(after, await this.#facts()) };
  }

  /** What does not work at once is done at the next alarm: whoever aborts need not ask again. */
  async #abort(record: RolloutRecord, why: string, by: string): Promise<void> {
    try {
      await this.#takeBack({ ...record, aborting: { why, by } });
    } catch (error) {
      this.#notYet(this.#again(record.id), messageOf(error));
    }
  }

  async #look(asItWas: RolloutRecord): Promise<void> {
    const now = Date.now();
    const record = await this.#settled(asItWas);
    if (record === undefined || record.state === 'paused') return;
    if (record.aborting !== undefined) return this.#takeBack(record);
    if (record.state === 'scheduled' && (record.startAt ?? 0) > now) return;
    const { checkedAt } = record.watched;
    // An alarm that comes twice looks once.
    if (checkedAt !== null && now < checkedAt + parseDurationMs(record.plan.every) / 2) return;
    const standing = await this.#standing(this.#store());
    if (standing.version !== record.version) return this.#overtaken(record, standing.version);
    const watched = watch(record, await this.#found(standing.config), now);
    const begun: RolloutRecord = { ...record, state: 'running', watched };
    this.#table.put(begun);
    for (const [n, { check, outcome, words, inARow }] of watched.verdicts.entries())
      if (outcome === 'fail' && inARow > (record.watched.verdicts[n]?.inARow ?? 0))
        this.#say(this.#again(record.id), 'failed', `${check}: ${words}`);
    const next = nextOf(begun, now);
    const latest = this.#again(record.id);
    if (next.kind === 'step') await this.#make(latest, next.step, MERIDIAN);
    if (next.kind === 'done') this.#finish(latest);
    if (next.kind === 'abort') await this.#takeBack({ ...latest, aborting: { why: next.why, by: MERIDIAN } });
  }

  /** Makes a step. What refuses it pauses the rollout, which goes on from there when somebody has looked. */
  async #make(record: RolloutRecord, step: number, by: string): Promise<void> {
    const planned = record.plan.steps[step];
    if (planned === undefined) return;
    const standing = await this.#standing(this.#store());
    if (standing.version !== record.version) return this.#overtaken(record, standing.version);
    const settings = settingsOf(planned);
    const applied = withSettings(standing.config, settings);
    const number = `step ${step + 1} of ${record.plan.steps.length}`;
    if (!applied.ok)
      return this.#pause(
        record,
        `${number} can no longer be made: ${refusalWords({ kind: 'invalid', problems: applied.problems })}`,
      );
    const message = `rollout ${record.plan.name}: ${number}${planned.note === undefined ? '' : `, ${planned.note}`}`;
    const made = {
      ...record,
      made: { ...record.made, ...settingsAt(applied.config, Object.keys(settings)) },
    };
    if (JSON.stringify(applied.config) === JSON.stringify(standing.config))
      return this.#began(made, step, undefined, by);
    const pending = { base: standing.version, message: message.slice(0, MESSAGE_CHARACTERS), step };
    const asked: RolloutRecord = { ...made, pending };
    this.#table.put(asked);
    const outcome = await this.#put(asked, applied.config, pending);
    if (outcome.kind === 'stored') return this.#began(asked, step, outcome.stored.version, by);
    // Nothing was set.
    const { pending: _, ...rest } = { ...asked, made: record.made };
    if (outcome.kind === 'conflict') return this.#overtaken(rest, outcome.current);
    this.#pause(rest, `${number} was refused: ${refusalWords(outcome)}`);
  }

  /** @param version that it made; undefined if it changed nothing */
  #began(record: RolloutRecord, step: number, version: number | undefined, by: string): void {
    const now = Date.now();
    const { pending: _, ...rest } = record;
    const { counted, ended } = record.watched;
    const steps = record.steps.map((each, n) => {
      if (n === step) return { ...each, version: version ?? null, startedAt: now };
      return n === record.step ? { ...each, endedAt: now } : each;
    });
    const begun: RolloutRecord = {
      ...{ ...rest, steps, step, state: 'running', why: null, watchedMs: 0, watchedSince: now },
      version: version ?? record.version,
      watched: { ...UNWATCHED, checkedAt: now, ...(counted && { counted }), ...(ended && { ended }) },
    };
    const settings = Object.entries(settingsOf(record.plan.steps[step] ?? { set: {} }));
    const set = settings.map(([path, text]) => `${path}=${text}`).join(' ');
    const as = version === undefined ? 'changes nothing' : `as version ${version}`;
    this.#say(begun, 'step', `step ${step + 1} of ${steps.length}: ${set} (${as})`, by);
  }

  #finish(record: RolloutRecord): void {
    const now = Date.now();
    const steps = record.steps.map((each, n) => (n === record.step ? { ...each, endedAt: now } : each));
    this.#say(
      { ...record, steps, state: 'done', endedAt: now },
      'done',
      'all steps are made, and all checks passed',
    );
  }

  /** Takes back all that was set, now or, if something does not answer, later. */
  async #takeBack(asked: RolloutRecord): Promise<void> {
    const { aborting = { why: 'aborted', by: MERIDIAN } } = asked;
    const record: RolloutRecord = { ...asked, aborting };
    this.#table.put(record);
    const standing = await this.#standing(this.#store());
    const { validation, left } = takenBack(standing.config, record);
    const stays =
      left.length === 0 ? '' : `; ${left.join(', ')} was changed by somebody else since, and stays`;
    if (!validation.ok)
      return this.#notYet(record, refusalWords({ kind: 'invalid', problems: validation.problems }));
    if (JSON.stringify(validation.config) === JSON.stringify(standing.config))
      return this.#aborted(record, undefined, stays);
    const message = `rollout ${record.plan.name} goes back: ${aborting.why}`.slice(0, MESSAGE_CHARACTERS);
    const pending = { base: standing.version, message };
    this.#table.put({ ...record, pending });
    const outcome = await this.#put(record, validation.config, pending);
    if (outcome.kind === 'stored') return this.#aborted(record, outcome.stored.version, stays);
    // One who edits at the same time has won: what is to be taken back is looked at anew.
    this.#notYet(record, outcome.kind === 'conflict' ? 'somebody else edits too' : refusalWords(outcome));
  }

  #aborted(record: RolloutRecord, version: number | undefined, stays: string): void {
    const { aborting, pending: _, ...rest } = record;
    const { why = 'aborted', by = MERIDIAN } = aborting ?? {};
    const now = Date.now();
    const steps = record.steps.map((each, n) => (n === record.step ? { ...each, endedAt: now } : each));
    const back = version === undefined ? 'nothing was to be taken back' : `taken back by version ${version}`;
    this.#say(
      {
        ...rest,
        steps,
        state: 'aborted',
        why: why + stays,
        endedAt: now,
        version: version ?? record.version,
      },
      'aborted',
      `${why}: ${back}${stays}`,
      by,
    );
  }

  /** It is tried again at the next alarm. */
  #notYet(record: RolloutRecord, why: string): void {
    const waits: RolloutRecord = { ...record, state: 'running', why };
    if (record.why === why) this.#table.put(waits);
    else this.#say(waits, 'failed', `it cannot go back yet: ${why}`);
  }

  #overtaken(record: RolloutRecord, version: number): void {
    this.#pause(record, `version ${version} was made by somebody else: look at it, then resume or abort`);
  }

  #pause(record: RolloutRecord, why: string, by = MERIDIAN): void {
    const watchedMs =
      record.watchedMs + (record.watchedSince === null ? 0 : Date.now() - record.watchedSince);
    this.#say({ ...record, state: 'paused', why, watchedMs, watchedSince: null }, 'paused', why, by);
  }

  /** What others have changed meanwhile is what it goes on from. */
  async #resume(record: RolloutRecord, by: string): Promise<void> {
    const { version } = await this.#standing(this.#store());
    const { pending: _, ...rest } = record;
    const isBegun = record.step >= 0;
    const isEarly = !isBegun && record.startAt !== null && record.startAt > Date.now();
    this.#say(
      {
        ...{ ...rest, version, why: null, watched: UNWATCHED },
        state: isEarly ? 'scheduled' : 'running',
        watchedSince: isBegun ? Date.now() : null,
      },
      'resumed',
      `on version ${version}`,
      by,
    );
  }

  async #promote(record: RolloutRecord, full: boolean, by: string): Promise<void> {
    let current = this.#say(record, 'promoted', full ? 'all steps that are left' : 'the next step', by);
    do {
      if (current.step + 1 >= current.plan.steps.length) return this.#finish(current);
      const before = current.step;
      await this.#make(current, current.step + 1, by);
      current = this.#again(record.id);
      if (current.step === before) return;
    } while (full);
  }

  /** Whether an edit that was asked for before a reset was made; undefined if there is nothing to go on with. */
  async #settled(record: RolloutRecord): Promise<RolloutRecord | undefined> {
    const { pending, ...rest } = record;
    if (pending === undefined) return record;
    const newest = await this.#store().current();
    const version = newest?.version ?? 0;
    const isOurs = newest?.message === pending.message && newest.author === authorOf(record);
    if (isOurs && version === pending.base + 1) {
      if (pending.step !== undefined) this.#began(record, pending.step, version, MERIDIAN);
      else this.#aborted(record, version, '');
      const after = this.#again(record.id);
      return isOver(after) ? undefined : after;
    }
    // It was not made. What is made now begins with what is there.
    if (version === pending.base || record.aborting !== undefined) return rest;
    this.#overtaken(rest, version);
    return undefined;
  }

  #put(
    record: RolloutRecord,
    config: MeridianConfig,
    { base, message }: { readonly base: number; readonly message: string },
  ) {
    const store = this.#store();
    return makeEdit(this.#edge(), { actor: authorOf(record) }, (signature) =>
      store.put({ base, config, message, force: false, ...signature }),
    );
  }

  async #found(config: MeridianConfig): Promise<Found> {
    const collector = metricsCollector(this.env);
    if (collector === undefined) return { config, snapshot: undefined, counted: undefined };
    const known = async <T>(what: Promise<T>): Promise<T | undefined> => {
      try {
        return await what;
      } catch (error) {
        console.warn(`the collector of metrics: ${messageOf(error)}`);
        return undefined;
      }
    };
    const [snapshot, hours] = await Promise.all([
      known(collector.snapshot({ details: true, ephemeral: false })),
      known(collector.traffic()),
    ]);
    return { config, snapshot, counted: hours && countedIn(hours) };
  }

  async #facts() {
    try {
      return (await metricsCollector(this.env)?.forecasts()) ?? [];
    } catch {
      return [];
    }
  }

  #store(): ConfigStoreStub {
    const store = configStore(this.env);
    if (store === undefined) throw new Error('this deployment has no ConfigStore');
    return store;
  }

  async #standing(store: ConfigStoreStub): Promise<Standing> {
    const newest: StoredVersion | undefined = await store.current();
    if (newest !== undefined) adoptConfig(this.env, newest.version, newest.config);
    return standingOf(newest, deployedConfig(this.env));
  }

  #edge(): EdgeContext {
    const background = (name: string, work: Promise<unknown>) =>
      this.ctx.waitUntil(work.catch((error: unknown) => console.error(`${name}: ${messageOf(error)}`)));
    return { ...activeConfig(this.env), env: this.env, background, audit: () => {} };
  }

  #again(id: number): RolloutRecord {
    const record = this.#table.get(id);
    if (record === undefined) throw new Error(`rollout ${id} is gone`);
    return record;
  }

  /** Stores it with an event. */
  #say(record: RolloutRecord, what: RolloutEvent['what'], words: string, by = MERIDIAN): RolloutRecord {
    const told = withEvent(record, { at: Date.now(), what, by, words });
    this.#table.put(told);
    return told;
  }
}

function authorOf({ plan }: RolloutRecord): string {
  return `rollout:${plan.name}`;
}
