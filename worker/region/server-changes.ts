// What the comings and goings of a region's server change, and the wish that it run. Pure; part of lifecycle.ts.

import type { Change, Command, Lifecycle, Wants } from './lifecycle-events.ts';
import { type Down, hasServer, type Running, type Stage, type Stopping, type Up } from './stages.ts';

/** A server that leaves so many looks in a row unanswered hangs, and is destroyed. */
export const UNANSWERED_LIMIT = 2;

/** A server that ran this long was a good one: when it ends unasked, the first restart goes at once. */
export const STABLE_SERVER_MS = 10_000;

export const NOTHING: Change = {};
export const ASLEEP: Change = { stage: { kind: 'asleep' } };
export const DRAINED: Change = { stage: { kind: 'drained' } };
export const START: Change = { stage: { kind: 'starting', goal: 'up' }, commands: [{ kind: 'start' }] };
export const UP: Up = { kind: 'up', isCounting: false, unanswered: 0 };

/** Whether it should run all the time. */
export function isWanted({ enabled, keepAwake }: Wants): boolean {
  return enabled && keepAwake;
}

export function comeUp(stage: Stage): Change {
  if (stage.kind === 'asleep') return START;
  // It must end first. Telling it again makes sure that the end is noticed.
  if (stage.kind === 'stopping' && stage.goal !== 'drained') {
    return { stage: { ...stage, goal: 'up' }, commands: [{ kind: 'stop' }] };
  }
  return NOTHING;
}

export function started(stage: Stage): Change {
  if (stage.kind === 'starting' && stage.goal === 'drained') {
    const stopping: Stopping = { kind: 'stopping', goal: 'drained', unanswered: 0 };
    return { stage: stopping, commands: [{ kind: 'stop' }, { kind: 'watch' }] };
  }
  const wasStarting = stage.kind === 'starting' || (stage.kind === 'down' && stage.isStarting);
  return wasStarting ? { stage: UP, commands: [{ kind: 'mesh-up' }, { kind: 'watch' }] } : NOTHING;
}

export function startFailed({ stage, wants, restarts }: Lifecycle, problem: string): Change {
  switch (stage.kind) {
    case 'starting':
      if (stage.goal === 'drained') return DRAINED;
      return wants.keepAwake ? goDown(problem, restarts) : { stage: { kind: 'asleep', problem } };
    case 'down':
      return stage.isStarting ? goDown(problem, restarts) : NOTHING;
    default:
      return NOTHING;
  }
}

/** From now on clients are sent elsewhere, until the server runs again. */
function goDown(problem: string, attempt: number): Change {
  return {
    stage: { kind: 'down', problem, attempt, isStarting: false },
    restarts: attempt + 1,
    commands: [{ kind: 'restart-after', attempt }],
  };
}

export function restart(stage: Down): Change {
  return stage.isStarting
    ? NOTHING
    : { stage: { ...stage, isStarting: true }, commands: [{ kind: 'start' }] };
}

/** The end of a server that is being started is not told here: its start fails. */
export function ended(before: Lifecycle, exitCode: number, now: number): Change {
  const { stage } = before;
  if (!hasServer(stage)) return NOTHING;
  const change = afterwards(before, stage, exitCode, now);
  return { ...change, commands: [{ kind: 'mesh-down' }, ...(change.commands ?? [])] };
}

function afterwards(
  { since, wants, restarts }: Lifecycle,
  stage: Running,
  exitCode: number,
  now: number,
): Change {
  if (stage.kind === 'up') {
    if (exitCode === 0 && !wants.keepAwake) return ASLEEP;
    const attempt = now - since >= STABLE_SERVER_MS ? 0 : restarts;
    return goDown(`nats-server ended with exit code ${exitCode}`, attempt);
  }
  switch (nextOf(stage)) {
    case 'asleep':
      return ASLEEP;
    case 'up':
      return START;
    case 'drained':
      return DRAINED;
  }
}

/** What follows when a server ends that was to end. */
function nextOf(stage: Running): Stopping['goal'] {
  switch (stage.kind) {
    case 'up':
      return 'asleep';
    case 'settling':
      return 'drained';
    case 'lame-duck':
      return stage.startAgain ? 'up' : 'drained';
    case 'stopping':
      return stage.goal;
  }
}

export function stop(stage: Running): Change {
  const { unanswered } = stage;
  return {
    stage: { kind: 'stopping', goal: nextOf(stage), unanswered },
    commands: [{ kind: 'stop' }],
  };
}

export function answered(stage: Running): Change {
  const again: readonly Command[] = stage.kind === 'stopping' ? [{ kind: 'stop' }] : [];
  return { stage: { ...stage, unanswered: 0 }, commands: [...again, { kind: 'watch' }] };
}

/** A server that hangs takes clients and serves none. Its end is noticed as any other. */
export function unanswered(stage: Running): Change {
  const count = stage.unanswered + 1;
  const end: readonly Command[] = count >= UNANSWERED_LIMIT ? [{ kind: 'destroy' }] : [];
  return { stage: { ...stage, unanswered: count }, commands: [...end, { kind: 'watch' }] };
}
