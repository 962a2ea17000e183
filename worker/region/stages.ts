// The stages of a region's life, and what can be read off each: what Workers are told of it, whom it takes, what of
// it is stored. Pure.

import type { ErrorCode } from '../../api/errors.ts';
import type { RegionState } from '../../api/states.ts';
import type { DrainRecord } from './drain-record.ts';

/** A running server is looked at regularly; this is how many looks in a row it has left unanswered. */
interface Watched {
  readonly unanswered: number;
}

/** The identity of a drain: when it began. Undefined in one that an earlier version began. */
interface OfDrain {
  readonly begunAt: number | undefined;
}

export interface Up extends Watched {
  readonly kind: 'up';
  /** Its clients are being counted, since nobody came for long; a client who comes makes the count worthless. */
  readonly isCounting: boolean;
  /** It is in lame duck mode although its object did not ask for it: the platform is about to replace the container. */
  readonly isClosing: boolean;
}

export interface Settling extends Watched, OfDrain {
  readonly kind: 'settling';
}

export interface LameDuck extends Watched, OfDrain {
  readonly kind: 'lame-duck';
  /** The drain was taken back after the signal, which cannot be: the server is started anew once it has ended. */
  readonly startAgain: boolean;
}

export interface Stopping extends Watched {
  readonly kind: 'stopping';
  /** What it is to be once the server has ended. */
  readonly goal: 'asleep' | 'up' | 'drained';
}

/** A server runs that has clients, routes and monitoring, though maybe not for much longer. */
export type Running = Serving | Stopping;

/** The server was not told to end: it takes routes, and its monitoring is worth asking. */
export type Serving = Up | Settling | LameDuck;

export interface Down {
  readonly kind: 'down';
  readonly problem: string;
  /** Which start in a row is next, or under way; 0 is the first since a server ran for long enough. */
  readonly attempt: number;
  /** A start is under way; otherwise one is due later. */
  readonly isStarting: boolean;
}

/**
 * - `asleep`: no server runs; the next client starts it
 * - `drained`: no server runs, and none is started until the drain is taken back
 * - `starting`: a start is under way, with clients waiting; one that is drained meanwhile is ended once it is up
 * - `up`: the server runs and takes clients
 * - `settling`, `lame-duck`: the server runs and takes no new clients, see `DrainPhase`
 * - `stopping`: the server was told to end
 * - `down`: it ended unasked and is started again, until that works
 */
export type Stage =
  | { readonly kind: 'asleep'; readonly problem?: string }
  | { readonly kind: 'drained' }
  | { readonly kind: 'starting'; readonly goal: 'up' | 'drained' }
  | Running
  | Down;

export function hasServer(stage: Stage): stage is Running {
  return isServing(stage) || stage.kind === 'stopping';
}

export function isServing(stage: Stage): stage is Serving {
  return stage.kind === 'up' || stage.kind === 'settling' || stage.kind === 'lame-duck';
}

/** What a region is called at a stage where it is told to Workers and operators. */
export function regionStateOf(stage: Stage): RegionState {
  switch (stage.kind) {
    case 'drained':
      return 'asleep';
    case 'settling':
    case 'lame-duck':
      return 'draining';
    case 'starting':
      return stage.goal === 'drained' ? 'draining' : 'starting';
    case 'up':
      if (stage.unanswered > 0) return 'down';
      return stage.isClosing ? 'draining' : 'up';
    default:
      return stage.kind;
  }
}

/** Since when it is in the state by that name; a drain is one state, however far it has come. */
export function sinceOf({ stage, since }: { readonly stage: Stage; readonly since: number }): number {
  return stage.kind === 'settling' || stage.kind === 'lame-duck' ? (stage.begunAt ?? since) : since;
}

/** Why it does not serve although it is wanted, or what holds it down. */
export function problemOf(stage: Stage): string | undefined {
  if (hasServer(stage) && stage.unanswered > 0) return SILENT;
  switch (stage.kind) {
    case 'asleep':
    case 'down':
      return stage.problem;
    case 'drained':
      return 'it is drained, and stays down until the drain is taken back';
    default:
      return undefined;
  }
}

const SILENT = 'nats-server does not answer';

/** Whether it will be up soon, so that waiting is worth it. */
export function isComingUp(stage: Stage): boolean {
  switch (stage.kind) {
    case 'starting':
    case 'stopping':
      return stage.goal === 'up';
    case 'down':
      return stage.isStarting;
    default:
      return false;
  }
}

/** Why a new client is refused, as the code of an error and in words. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly reason: string;
}

interface InService {
  readonly stage: Stage;
  readonly wants: { readonly enabled: boolean };
}

/** Why a new client is refused at once; undefined where it is served, now or after a start. */
export function refusalOf({ stage, wants }: InService): Refusal | undefined {
  if (isLeaving(stage)) return { code: 'draining', reason: 'it is drained and takes no new clients' };
  if (!wants.enabled) return { code: 'draining', reason: 'it is disabled and takes no new clients' };
  if (stage.kind === 'down') {
    return { code: 'restarting', reason: 'it exited unexpectedly and is being started again' };
  }
  if (stage.kind !== 'up') return undefined;
  if (stage.unanswered > 0) return { code: 'region_unavailable', reason: SILENT };
  return stage.isClosing ? { code: 'draining', reason: 'its container is about to be replaced' } : undefined;
}

/** Whether it was taken out of service, so that nothing but the end of the drain starts it. */
export function isLeaving(stage: Stage): boolean {
  switch (stage.kind) {
    case 'drained':
    case 'settling':
    case 'lame-duck':
      return true;
    case 'starting':
    case 'stopping':
      return stage.goal === 'drained';
    default:
      return false;
  }
}

/** What must survive a reset of the object; nothing where the region is in service. */
export function recordOf(stage: Stage, since: number): DrainRecord | undefined {
  switch (stage.kind) {
    case 'settling':
      return { phase: 'settling', since, startAgain: false, ...begun(stage) };
    case 'lame-duck':
      return { phase: 'lame-duck', since, startAgain: stage.startAgain, ...begun(stage) };
    default:
      // One that will be drained once its server has come up, or ended, is so already as far as a new object goes.
      return isLeaving(stage) ? { phase: 'drained', since, startAgain: false } : undefined;
  }
}

function begun({ begunAt }: OfDrain): Pick<DrainRecord, 'begunAt'> {
  return begunAt === undefined ? {} : { begunAt };
}
