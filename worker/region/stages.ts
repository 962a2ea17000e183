// The stages of a region's lifecycle, and what follows from each: what Workers are told, which clients it takes, what
// is stored. Pure.

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
  /** Its clients are being counted, since none has come for long; a new client makes the count worthless. */
  readonly isCounting: boolean;
  /** It is in lame duck mode although its object did not ask for it: the platform is about to replace the container. */
  readonly isClosing: boolean;
  /** It takes no clients yet, for the sake of JetStream's streams. */
  readonly isHeld: boolean;
}

export interface Settling extends Watched, OfDrain {
  readonly kind: 'settling';
}

export interface LameDuck extends Watched, OfDrain {
  readonly kind: 'lame-duck';
  /** The drain was taken back after the signal, which cannot be undone: the server is restarted once it has stopped. */
  readonly startAgain: boolean;
}

export interface Stopping extends Watched {
  readonly kind: 'stopping';
  /** What the region is to become once the server has stopped. */
  readonly goal: 'asleep' | 'up' | 'drained';
}

/** A server runs, with clients, routes and monitoring, though perhaps not for much longer. */
export type Running = Serving | Stopping;

/** The server was not told to stop: it accepts routes, and its monitoring is worth asking. */
export type Serving = Up | Settling | LameDuck;

export interface Down {
  readonly kind: 'down';
  readonly problem: string;
  /** Number of the start that is next or under way; 0 is the first since a server ran for long enough. */
  readonly attempt: number;
  /** A start is under way; otherwise one is due later. */
  readonly isStarting: boolean;
}

/** No server runs, and none may start yet: with its empty disk it could outvote those that hold JetStream's streams. */
export interface Waiting {
  readonly kind: 'waiting';
  readonly why: string;
}

/**
 * - `asleep`: no server runs; the next client starts it
 * - `drained`: no server runs, and none is started until the drain is taken back
 * - `waiting`: a start was commanded, and waits to be admitted
 * - `starting`: a start is under way, with clients waiting; if drained meanwhile, the server is stopped once it is up
 * - `up`: the server runs and takes clients
 * - `settling`, `lame-duck`: the server runs and takes no new clients, see `DrainPhase`
 * - `stopping`: the server was told to stop
 * - `down`: it exited unexpectedly and is restarted until that succeeds
 */
export type Stage =
  | { readonly kind: 'asleep'; readonly problem?: string }
  | { readonly kind: 'drained' }
  | Waiting
  | { readonly kind: 'starting'; readonly goal: 'up' | 'drained' }
  | Running
  | Down;

export function hasServer(stage: Stage): stage is Running {
  return isServing(stage) || stage.kind === 'stopping';
}

export function isServing(stage: Stage): stage is Serving {
  return stage.kind === 'up' || stage.kind === 'settling' || stage.kind === 'lame-duck';
}

/** Whether clients are being moved to other regions. */
export function isDraining(stage: Stage): stage is Settling | LameDuck {
  return stage.kind === 'settling' || stage.kind === 'lame-duck';
}

/** Whether a start is under way, or waits to be admitted no longer. */
export function isStarting(stage: Stage): boolean {
  return stage.kind === 'starting' || (stage.kind === 'down' && stage.isStarting);
}

/** The state that Workers and operators see at a stage. */
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
      if (stage.isHeld) return 'waiting';
      return stage.isClosing ? 'draining' : 'up';
    default:
      return stage.kind;
  }
}

/** Since when it has been in the state that `regionStateOf` names; a drain is one state, however far it has got. */
export function sinceOf({ stage, since }: { readonly stage: Stage; readonly since: number }): number {
  return isDraining(stage) ? (stage.begunAt ?? since) : since;
}

/** Why it does not serve although it should, or what keeps it down. */
export function problemOf(stage: Stage): string | undefined {
  if (hasServer(stage) && stage.unanswered > 0) return SILENT;
  switch (stage.kind) {
    case 'asleep':
    case 'down':
      return stage.problem;
    case 'waiting':
      return stage.why;
    case 'up':
      return stage.isHeld ? HELD : undefined;
    case 'drained':
      return 'it is drained, and stays down until the drain is taken back';
    default:
      return undefined;
  }
}

const HELD = 'JetStream streams are being restored, or copied to it';
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

/** Why a new client is refused: an error code and text. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly reason: string;
}

interface InService {
  readonly stage: Stage;
  readonly wants: { readonly enabled: boolean };
}

/** Why a new client is refused at once; undefined if it is served, now or after a start. */
export function refusalOf({ stage, wants }: InService): Refusal | undefined {
  if (isLeaving(stage)) return { code: 'draining', reason: 'it is drained and takes no new clients' };
  if (!wants.enabled) return { code: 'draining', reason: 'it is disabled and takes no new clients' };
  if (stage.kind === 'down') {
    return { code: 'restarting', reason: 'it exited unexpectedly and is being started again' };
  }
  if (stage.kind === 'waiting') return { code: 'waiting', reason: stage.why };
  if (stage.kind !== 'up') return undefined;
  if (stage.isHeld) return { code: 'waiting', reason: HELD };
  if (stage.unanswered > 0) return { code: 'region_unavailable', reason: SILENT };
  return stage.isClosing ? { code: 'draining', reason: 'its container is about to be replaced' } : undefined;
}

/** Whether it was taken out of service, so that only the end of the drain starts it. */
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

/** What must survive a reset of the object; undefined if the region is in service. */
export function recordOf(stage: Stage, since: number): DrainRecord | undefined {
  switch (stage.kind) {
    case 'settling':
      return { phase: 'settling', since, startAgain: false, ...begun(stage) };
    case 'lame-duck':
      return { phase: 'lame-duck', since, startAgain: stage.startAgain, ...begun(stage) };
    default:
      // One that will be drained once its server has come up or stopped counts as drained for a new object.
      return isLeaving(stage) ? { phase: 'drained', since, startAgain: false } : undefined;
  }
}

function begun({ begunAt }: OfDrain): Pick<DrainRecord, 'begunAt'> {
  return begunAt === undefined ? {} : { begunAt };
}
