// The object that carries out rollouts: it makes their steps one after the other, looks at what became of each, goes on, waits
// or goes back. Its alarm drives it; all that it knows is in its storage, so that it goes on after a reset. Only one rollout is
// under way at a time. It edits as everybody does, through the ConfigStore: of two who edit at once one is refused.

import { DurableObject } from 'cloudflare:workers';
import type { Rollout, RolloutSummary } from '../../api/rollouts.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { parseDurationMs } from '../../regions/duration.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import { makeEdit } from '../admin/edit.ts';
import { trafficNow } from '../admin/traffic-now.ts';
import { activeConfig, adoptConfig, deployedConfig } from '../config/active-config.ts';
import { type Standing, standingOf } from '../config/edit-rules.ts';
import type { EditOutcome } from '../config/store-calls.ts';
import { type ConfigStoreStub, configStore } from '../config/store-stub.ts';
import type { EdgeContext } from '../edge-context.ts';
import type { Env } from '../env.ts';
import { messageOf } from '../message-of.ts';
import { metricsCollector } from '../metrics/collector-stub.ts';
import { ANSWER_WITHIN_MS, findOut } from './find-out.ts';
import { nextOf, refusedBefore, watch } from './judge.ts';
import { newRollout } from './new-rollout.ts';
import { isOver, type Pending, type RolloutRecord, summaryOf, viewOf } from './rollout-record.ts';
import { RolloutTable } from './rollout-table.ts';
import type { OperateRollout, RolloutMethods, RolloutOutcome, StartRollout } from './rollouts-stub.ts';
import { type Settings, settingsAt, settingsOf, takenBack, withSettings } from './settings.ts';
import * as to from './transitions.ts';
import { MERIDIAN } from './transitions.ts';
import { refusalWords } from './words.ts';

/** Of what could not be done, since something did not answer. */
const AGAIN_MS = 5_000;

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
        await this.#schedule(this.#underWay());
      } catch (error) {
        console.error(`rollout ${record.plan.name}: ${messageOf(error)}`);
        await this.ctx.storage.setAlarm(Date.now() + AGAIN_MS);
      }
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
    const { state, startAt, plan, watched, pending, aborting } = record;
    if (state === 'scheduled' && startAt !== null && startAt > now) return this.ctx.storage.setAlarm(startAt);
    const isLate = pending !== undefined || aborting !== undefined;
    const next = isLate ? now + AGAIN_MS : (watched.checkedAt ?? now) + parseDurationMs(plan.every);
    return this.ctx.storage.setAlarm(Math.max(now + 1, next));
  }

  async #start({ plan, dryRun, author }: StartRollout): Promise<RolloutOutcome> {
    const store = configStore(this.env);
    if (store === undefined) return { kind: 'no_store' };
    const other = this.#underWay();
    if (other !== undefined && !dryRun) return { kind: 'running', id: other.id, name: other.plan.name };
    const standing = await this.#standing(store);
    const traffic = await trafficNow(this.#edge());
    const now = Date.now();
    const id = dryRun ? 0 : (this.#table.newest()?.id ?? 0) + 1;
    const made = newRollout({ id, plan, author, standing, traffic, now });
    if (made.kind !== 'made') return made;
    if (dryRun) return { kind: 'ok', rollout: viewOf(made.record, []) };
    const words = `${plan.steps.length} steps from version ${standing.version} on`;
    const begun = to.told(made.record, 'created', words, { by: author, now });
    this.#table.put(begun);
    await this.ctx.storage.setAlarm(Math.max(now + 1, begun.startAt ?? 0));
    return { kind: 'ok', rollout: viewOf(begun, []) };
  }

  async #operate({ id, operation, by, full, reason, step }: OperateRollout): Promise<RolloutOutcome> {
    const found = this.#table.get(id);
    if (found === undefined) return { kind: 'no_such_rollout' };
    if (isOver(found)) return { kind: 'not_now', why: `it is ${found.state}` };
    // First what became of an edit whose answer was lost.
    const record = (await this.#settled(found)) ?? this.#again(id);
    const { state } = record;
    if (isOver(record)) return { kind: 'not_now', why: `it is ${state}` };
    if (record.aborting !== undefined && operation !== 'abort')
      return { kind: 'not_now', why: 'it is going back' };
    if (step !== undefined && step !== record.step)
      return { kind: 'not_now', why: `it is at step ${record.step + 1} by now, not at step ${step + 1}` };
    const mover = { by, now: Date.now() };
    switch (operation) {
      case 'pause':
        if (state === 'paused') return { kind: 'not_now', why: 'it is paused already' };
        this.#table.put(to.paused(record, reason ?? `paused by ${by}`, mover));
        break;
      case 'resume': {
        if (state !== 'paused') return { kind: 'not_now', why: `it is ${state}, not paused` };
        const { version } = await this.#standing(this.#store());
        this.#table.put(to.resumed(record, version, mover));
        break;
      }
      case 'abort':
        await this.#abort(record, { why: reason ?? record.aborting?.why ?? `aborted by ${by}`, by });
        break;
      case 'promote':
        if (state === 'paused') return { kind: 'not_now', why: 'it is paused: resume it first' };
        await this.#promote(record, full, by);
    }
    const after = this.#again(id);
    await this.#schedule(isOver(after) ? undefined : after);
    return { kind: 'ok', rollout: viewOf(after, await this.#facts()) };
  }

  async #look(asItWas: RolloutRecord): Promise<void> {
    const now = Date.now();
    const record = await this.#settled(asItWas);
    if (record === undefined || record.state === 'paused') return;
    if (record.aborting !== undefined) return this.#takeBack(record);
    if (record.state === 'scheduled' && (record.startAt ?? 0) > now) return;
    const { checkedAt, verdicts: before } = record.watched;
    // An alarm that comes twice looks once.
    if (checkedAt !== null && now < checkedAt + parseDurationMs(record.plan.every) / 2) return;
    const { version, config } = await this.#standing(this.#store());
    if (version !== record.version) return this.#table.put(to.overtaken(record, version, now));
    const found = { config, ...(await findOut(metricsCollector(this.env))) };
    const refused = refusedBefore(record, found);
    const known = { ...record, ...(refused && { refusedBefore: refused }) };
    const watched = watch(known, found, now);
    let seen: RolloutRecord = { ...known, state: 'running', watched };
    for (const [n, { check, outcome, words, inARow }] of watched.verdicts.entries())
      if (outcome === 'fail' && inARow > (before[n]?.inARow ?? 0))
        seen = to.told(seen, 'failed', `${check}: ${words}`, { by: MERIDIAN, now });
    this.#table.put(seen);
    const next = nextOf(seen, now);
    if (next.kind === 'step') await this.#make(seen, next.step, MERIDIAN);
    if (next.kind === 'done') this.#table.put(to.finished(seen, { by: MERIDIAN, now }, true));
    if (next.kind === 'abort') await this.#takeBack({ ...seen, aborting: { why: next.why, by: MERIDIAN } });
  }

  /** Makes a step. What refuses it pauses the rollout, which goes on from there when somebody has looked. */
  async #make(record: RolloutRecord, step: number, by: string): Promise<void> {
    const planned = record.plan.steps[step];
    if (planned === undefined) return;
    const { version, config } = await this.#standing(this.#store());
    const mover = { by, now: Date.now() };
    if (version !== record.version) return this.#table.put(to.overtaken(record, version, mover.now));
    const number = `step ${step + 1} of ${record.plan.steps.length}`;
    const refused = (asIs: RolloutRecord, why: string) =>
      this.#table.put(to.paused(asIs, `${number} was refused: ${why}`, { ...mover, by: MERIDIAN }));
    const settings = settingsOf(planned);
    const applied = withSettings(config, settings);
    if (!applied.ok) return refused(record, refusalWords({ kind: 'invalid', problems: applied.problems }));
    const note = planned.note === undefined ? '' : `, ${planned.note}`;
    const pending = {
      ...{ base: version, message: messageFor(record, `: ${number}${note}`), step },
      // What others have changed meanwhile is what it goes back to.
      before: settingsAt(config, pathsOfOthers(record, config, Object.keys(settings))),
      made: settingsAt(applied.config, Object.keys(settings)),
    };
    const asked: RolloutRecord = { ...record, pending };
    if (isSame(applied.config, config)) return this.#table.put(to.began(asked, step, undefined, mover));
    const outcome = await this.#put(asked, applied.config, pending);
    if (outcome.kind === 'stored')
      return this.#table.put(to.began(asked, step, outcome.stored.version, mover));
    if (outcome.kind === 'conflict') return this.#table.put(to.overtaken(record, outcome.current, mover.now));
    refused(record, refusalWords(outcome));
  }

  async #promote(record: RolloutRecord, full: boolean, by: string): Promise<void> {
    const mover = { by, now: Date.now() };
    let current = to.told(record, 'promoted', full ? 'all steps that are left' : 'the next step', mover);
    do {
      const { step, plan } = current;
      if (step + 1 >= plan.steps.length) return this.#table.put(to.finished(current, mover, false));
      await this.#make(current, step + 1, by);
      current = this.#again(record.id);
      if (current.step === step) return;
    } while (full);
  }

  /** What does not work at once is done at the next alarm: whoever aborts need not ask again. Who does leaves the rest. */
  async #abort(record: RolloutRecord, aborting: NonNullable<RolloutRecord['aborting']>): Promise<void> {
    const isAgain = record.aborting !== undefined;
    try {
      await this.#takeBack({ ...record, aborting });
      const after = this.#again(record.id);
      if (!isAgain || isOver(after)) return;
      const { config } = await this.#standing(this.#store());
      this.#table.put(to.aborted(after, { version: undefined, left: notBack(after, config) }, Date.now()));
    } catch (error) {
      this.#table.put(to.notYetBack(this.#again(record.id), messageOf(error), Date.now()));
    }
  }

  /** Takes back all that was set, now or, if something does not answer or refuses, what can be now and the rest later. */
  async #takeBack(asked: RolloutRecord): Promise<void> {
    const record = to.unwatched(asked);
    this.#table.put(record);
    const refusal = await this.#tryTakingBack(record, record.made);
    if (refusal === undefined || refusal.kind === 'conflict') return;
    // A region that may not leave service now keeps nothing else from going back.
    const others = Object.entries(record.made).filter(([path]) => !/\.(?:drain|enabled)$/.test(path));
    if (others.length < Object.keys(record.made).length)
      await this.#tryTakingBack(this.#again(record.id), Object.fromEntries(others), false);
  }

  /** @param isAll whether it is over with that. @returns why it was refused */
  async #tryTakingBack(
    record: RolloutRecord,
    made: Settings,
    isAll = true,
  ): Promise<Exclude<EditOutcome, { kind: 'stored' }> | undefined> {
    const { version, config } = await this.#standing(this.#store());
    const { validation, left } = takenBack(config, { before: record.before, made });
    const notYet = (refusal: Exclude<EditOutcome, { kind: 'stored' }>) => {
      this.#table.put(to.notYetBack(record, refusalWords(refusal), Date.now()));
      return refusal;
    };
    const done = (by: number | undefined) => {
      if (isAll) this.#table.put(to.aborted(record, { version: by, left }, Date.now()));
      else if (by !== undefined) this.#table.put({ ...record, version: by });
    };
    if (!validation.ok) return notYet({ kind: 'invalid', problems: validation.problems });
    if (isSame(validation.config, config)) {
      done(undefined);
      return undefined;
    }
    const pending = {
      base: version,
      message: messageFor(record, ` goes back: ${record.aborting?.why ?? ''}`),
    };
    const outcome = await this.#put(isAll ? { ...record, pending } : record, validation.config, pending);
    // One who edits at the same time has won: what is to be taken back is looked at anew.
    if (outcome.kind !== 'stored') return notYet(outcome);
    done(outcome.stored.version);
    return undefined;
  }

  /** Whether an edit that was asked for before a reset was made; undefined if there is nothing to go on with. */
  async #settled(record: RolloutRecord): Promise<RolloutRecord | undefined> {
    const { pending, ...rest } = record;
    if (pending === undefined) return record;
    const now = Date.now();
    const newest = await this.#store().current();
    const version = newest?.version ?? 0;
    const isOurs = newest?.message === pending.message && newest.author === authorOf(record);
    if (isOurs && version === pending.base + 1) {
      const after =
        pending.step === undefined
          ? to.aborted(record, { version, left: [] }, now)
          : to.began(record, pending.step, version, { by: MERIDIAN, now });
      this.#table.put(after);
      return isOver(after) ? undefined : after;
    }
    // It was not made. What is made now begins with what is there.
    if (version === pending.base || record.aborting !== undefined) return rest;
    this.#table.put(to.overtaken(rest, version, now));
    return undefined;
  }

  /** Asks for an edit, and keeps that it did: after a reset `#settled` finds out what became of it. */
  #put(record: RolloutRecord, config: MeridianConfig, { base, message }: Pending): Promise<EditOutcome> {
    this.#table.put(record);
    const store = this.#store();
    return makeEdit(this.#edge(), { actor: authorOf(record) }, (signature) =>
      store.put({ base, config, message, force: false, ...signature }),
    );
  }

  async #facts() {
    try {
      const facts = metricsCollector(this.env)?.forecasts();
      return (
        (facts && (await withTimeout(facts, ANSWER_WITHIN_MS, 'the collector of metrics is late'))) ?? []
      );
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
    const newest = await store.current();
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
}

/** Those of these paths that are not as the rollout has left them. */
function pathsOfOthers(
  { made }: RolloutRecord,
  config: MeridianConfig,
  paths: readonly string[],
): readonly string[] {
  const now = settingsAt(config, paths);
  return paths.filter((path) => made[path] !== now[path]);
}

/** What it has set and is still so. */
function notBack({ made, before }: RolloutRecord, config: MeridianConfig): readonly string[] {
  const paths = Object.keys(made);
  const now = settingsAt(config, paths);
  return paths.filter((path) => now[path] === made[path] && made[path] !== before[path]);
}

function authorOf({ plan }: RolloutRecord): string {
  return `rollout:${plan.name}`;
}

function messageFor({ plan }: RolloutRecord, what: string): string {
  return `rollout ${plan.name}${what}`.slice(0, MESSAGE_CHARACTERS);
}

function isSame(one: MeridianConfig, other: MeridianConfig): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
