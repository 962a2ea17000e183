// Hands a client to the best region that takes it, by the rules of hedge.ts. Health data only saves an attempt; this is
// what makes a failure harmless: the first region that takes the client wins, and no trace of the others remains.

import type { FailedAttempt } from '../../routing/decision.ts';
import { ExternalError } from '../external/external-error.ts';
import { publicMessageOf } from '../message-of.ts';
import {
  advance,
  afterRefusal,
  beginHedge,
  type Contender,
  firstStepMs,
  type Hedge,
  type HedgeCommand,
} from './hedge.ts';
import { CLIENT_REFUSED, isTaken, outcomeOf, type Refusal, refusalIn } from './region-answer.ts';

/** Close code of a WebSocket whose other end has left (RFC 6455, 7.4.1). */
const GOING_AWAY = 1001;

/** When each region last took a client of this isolate: one that does is busy, however long others wait for it. */
const LAST_TAKEN: TakenAt = new Map();

/** By region, in milliseconds since the epoch. */
export type TakenAt = Map<string, number>;

/** A region that may take the client, and how to reach it. */
export interface Dialable extends Contender {
  /** False: what becomes of this attempt says nothing of the region, since another of its servers is tried after it. */
  readonly teaches?: boolean;
  /**
   * @param wakes whether the region may start for this client
   * @param signal aborts when the answer is no longer awaited
   */
  readonly dial: (wakes: boolean, signal: AbortSignal) => Promise<Response>;
}

/** What an attempt reveals about a region, reported as soon as it is known: the client may leave before the end. */
export type Lesson = { readonly region: string } & (
  | { readonly kind: 'taken'; readonly ms: number; readonly hasStarted: boolean }
  /** The region's object said so itself. */
  | { readonly kind: 'refused'; readonly code: string }
  /** It did not answer in time, or the connection was lost. `startedAt` is when it was dialled. */
  | { readonly kind: 'failed'; readonly startedAt: number; readonly ms: number }
);

/** A region that did not take the client, with the code that its object gave. */
export interface Miss extends FailedAttempt {
  readonly code: string | undefined;
}

export interface Handoff {
  /** The region that took the client, and its answer; absent when none did. */
  readonly taken?: { readonly region: string; readonly response: Response };
  /** The regions that did not, each listed once, in the order in which they were first dialled. */
  readonly missed: readonly Miss[];
  /** Resolves when the attempts that are no longer awaited have ended; absent when there are none. */
  readonly leftBehind?: Promise<unknown>;
}

export interface HandoffOptions {
  /** Best first. */
  readonly candidates: readonly Dialable[];
  /** Those that come after them: asked for once, when the first has not taken the client. Absent: none. */
  readonly others?: () => readonly Dialable[];
  /** Whether the first is known to be asleep. */
  readonly firstSleeps?: boolean;
  readonly learn: (lesson: Lesson) => void;
  /** Aborts when the client has left. */
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether a region that takes others meanwhile is waited for longer; by default it is. */
  readonly waitsForBusy?: boolean;
  /** Shared by the clients that are handed over; by default, by all of this isolate. */
  readonly takenAt?: TakenAt;
}

export function handOff(options: HandoffOptions): Promise<Handoff> {
  return new HandingOff(options).result;
}

interface Dialled {
  readonly startedAt: number;
  readonly wakes: boolean;
  readonly controller: AbortController;
  /** Resolves when the answer has arrived and been handled. */
  readonly ended: Promise<void>;
}

class HandingOff {
  readonly #options: HandoffOptions;
  readonly #result = Promise.withResolvers<Handoff>();
  readonly #missed = new Map<string, Miss>();
  /** By their index. */
  readonly #dialled = new Map<number, Dialled>();
  readonly #leftBehind: Promise<void>[] = [];
  readonly #takenAt: TakenAt;
  readonly #startedAt: number;
  /** Undefined as long as no more than the first step is made. */
  #steps: Hedge | undefined;
  #all: readonly Dialable[] | undefined;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #listens = false;
  #hasEnded = false;

  constructor(options: HandoffOptions) {
    const { candidates, firstSleeps = false, now, takenAt = LAST_TAKEN } = options;
    this.#options = options;
    this.#takenAt = takenAt;
    this.#startedAt = now();
    const [first] = candidates;
    if (first === undefined) {
      this.#end();
    } else {
      this.#dial(0, first, firstSleeps);
      this.#timer = setTimeout(() => this.#advance(), firstStepMs(first, firstSleeps));
    }
  }

  get result(): Promise<Handoff> {
    return this.#result.promise;
  }

  get #hedge(): Hedge {
    const { firstSleeps = false } = this.#options;
    const startedAt = this.#startedAt;
    this.#steps ??= advance(beginHedge(this.#candidates, firstSleeps, startedAt), startedAt).hedge;
    return this.#steps;
  }

  get #candidates(): readonly Dialable[] {
    const { candidates, others } = this.#options;
    this.#all ??= [...candidates, ...(others?.() ?? [])];
    return this.#all;
  }

  /** Whether the client is still there. The first choice has not taken it at once: from now on it is noticed when it leaves. */
  #isAwaited(): boolean {
    const { signal } = this.#options;
    if (!this.#listens) signal?.addEventListener('abort', () => this.#end());
    this.#listens = true;
    return signal?.aborted !== true;
  }

  #advance(): void {
    const { now, waitsForBusy = true } = this.#options;
    if (this.#hasEnded) return;
    clearTimeout(this.#timer);
    if (!this.#isAwaited()) {
      this.#end();
      return;
    }
    const tookAt = waitsForBusy ? (region: string) => this.#takenAt.get(region) : undefined;
    const { hedge, commands, nextAt } = advance(this.#hedge, now(), tookAt);
    this.#steps = hedge;
    for (const command of commands) this.#perform(command);
    if (nextAt === undefined) this.#end();
    else this.#timer = setTimeout(() => this.#advance(), nextAt - now());
  }

  #perform({ kind, index, ...command }: HedgeCommand): void {
    const candidate = this.#candidates[index] as Dialable;
    const dialled = this.#dialled.get(index);
    if ('wakes' in command) this.#dial(index, candidate, command.wakes);
    else if (dialled !== undefined && kind === 'note-slow') this.#noteSlow(candidate, dialled);
    else if (dialled !== undefined) this.#giveUp(index, dialled);
  }

  #dial(index: number, { region, dial }: Dialable, wakes: boolean): void {
    const controller = new AbortController();
    const startedAt = this.#options.now();
    const ended = answerOf(dial, wakes, controller.signal).then((answer) => {
      if (controller.signal.aborted) return discard(answer);
      this.#dialled.delete(index);
      if ('response' in answer) this.#taken({ region, response: answer.response }, startedAt, wakes);
      else this.#refused(index, { ...answer, region, startedAt });
    });
    this.#dialled.set(index, { startedAt, wakes, controller, ended });
  }

  #taken(taken: NonNullable<Handoff['taken']>, startedAt: number, hasStarted: boolean): void {
    const { region } = taken;
    const { learn, now, signal } = this.#options;
    this.#missed.delete(region);
    this.#takenAt.set(region, now());
    learn({ kind: 'taken', region, ms: now() - startedAt, hasStarted });
    if (signal?.aborted) this.#leftBehind.push(discard(taken));
    this.#end(signal?.aborted ? undefined : taken);
  }

  #refused(index: number, refusal: Refusal & { readonly region: string; readonly startedAt: number }): void {
    const { region, startedAt, code, reason } = refusal;
    const { now } = this.#options;
    const learn = this.#candidates[index]?.teaches === false ? () => {} : this.#options.learn;
    const ms = now() - startedAt;
    this.#missed.set(region, { region, code, reason, ms });
    if (code === undefined) learn({ kind: 'failed', region, startedAt, ms });
    else learn({ kind: 'refused', region, code });
    this.#steps = afterRefusal(this.#hedge, index, outcomeOf(refusal), now());
    this.#advance();
  }

  /** A region that is starting is slow for a good reason: nothing is learned from it. */
  #noteSlow({ region, teaches }: Dialable, { startedAt, wakes }: Dialled): void {
    const ms = this.#options.now() - startedAt;
    this.#missed.set(region, { region, code: undefined, reason: `no answer within ${ms} ms`, ms });
    if (!wakes && teaches !== false) this.#options.learn({ kind: 'failed', region, startedAt, ms });
  }

  /** If its answer still arrives, it is discarded. */
  #giveUp(index: number, { controller, ended }: Dialled): void {
    this.#dialled.delete(index);
    this.#leftBehind.push(ended);
    controller.abort();
  }

  #end(taken?: Handoff['taken']): void {
    this.#hasEnded = true;
    // Otherwise the timer goes with the request: to clear it would cost the client more than to let it be.
    if (taken === undefined) clearTimeout(this.#timer);
    for (const [index, dialled] of this.#dialled) this.#giveUp(index, dialled);
    this.#result.resolve({
      ...(taken && { taken }),
      missed: [...this.#missed.values()],
      ...(this.#leftBehind.length > 0 && { leftBehind: Promise.all(this.#leftBehind) }),
    });
  }
}

type Answer = { readonly response: Response } | Refusal;

/** Never rejects. */
async function answerOf(dial: Dialable['dial'], wakes: boolean, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await dial(wakes, signal);
    return isTaken(response) ? { response } : await refusalIn(response);
  } catch (error) {
    const code = error instanceof ExternalError && error.isOfTheClient ? CLIENT_REFUSED : undefined;
    return { code, reason: publicMessageOf(error, 'the connection to it was lost') };
  }
}

/** If the client is served elsewhere or has left, a region that took it holds a connection nobody will use. */
async function discard(answer: Answer): Promise<void> {
  if (!('response' in answer)) return;
  const { webSocket, body } = answer.response;
  // A WebSocket can only be closed once it has been accepted.
  webSocket?.accept();
  webSocket?.close(GOING_AWAY, 'the client was handed to another region');
  // A body that is already broken needs no cancelling.
  await body?.cancel().catch(() => {});
}
