// What changes when a region's server starts or stops, or is wanted to run. Pure; part of lifecycle.ts.

import type { Change, Command, Lifecycle, Wants } from './lifecycle-events.ts';
import { type Down, hasServer, type Running, type Stage, type Stopping, type Up } from './stages.ts';

/** A server that leaves this many looks in a row unanswered hangs: each of them waits for two seconds. */
export const UNANSWERED_LIMIT = 2;

/** One with JetStream is given more time: anything stored that its replicas do not have yet is lost with it. */
export const UNANSWERED_LIMIT_JETSTREAM = 3;

/** A server that ran this long was healthy: if it exits unexpectedly, the first restart is immediate. */
export const STABLE_SERVER_MS = 10_000;

export const NOTHING: Change = {};
export const ASLEEP: Change = { stage: { kind: 'asleep' } };
export const DRAINED: Change = { stage: { kind: 'drained' } };
export const START: Change = { stage: { kind: 'starting', goal: 'up' }, commands: [{ kind: 'start' }] };
export const UP: Up = { kind: 'up', isCounting: false, isClosing: false, isHeld: false, unanswered: 0 };

/** Whether it should run all the time. */
export function isWanted({ enabled, keepAwake }: Wants): boolean {
  return enabled && keepAwake;
}

/** Whether a server that has left this many looks in a row unanswered may be stopped by force. */
export function mayEnd({ jetstream }: Wants, unansweredLooks: number): boolean {
  return unansweredLooks >= (jetstream ? UNANSWERED_LIMIT_JETSTREAM : UNANSWERED_LIMIT);
}

export function comeUp(stage: Stage, { enabled }: Pick<Wants, 'enabled'>): Change {
  if (!enabled) return NOTHING;
  if (stage.kind === 'asleep') return START;
  // It must stop first. Telling it again makes sure that its end is noticed.
  if (stage.kind === 'stopping' && stage.goal !== 'drained') {
    return { stage: { ...stage, goal: 'up' }, commands: [{ kind: 'stop' }] };
  }
  return NOTHING;
}

/** @param isHeld whether it takes no clients yet */
export function started(stage: Stage, isHeld: boolean): Change {
  if (stage.kind === 'starting' && stage.goal === 'drained') {
    const stopping: Stopping = { kind: 'stopping', goal: 'drained', unanswered: 0 };
    return { stage: stopping, commands: [{ kind: 'stop' }, { kind: 'watch' }] };
  }
  const wasStarting = stage.kind === 'starting' || (stage.kind === 'down' && stage.isStarting);
  if (!wasStarting) return NOTHING;
  return { stage: { ...UP, isHeld }, commands: [{ kind: 'mesh-up' }, { kind: 'watch' }] };
}

/** A start that is no longer wanted does not wait. */
export function mustWait(stage: Stage, why: string): Change {
  if (stage.kind === 'starting' && stage.goal === 'drained') return DRAINED;
  const isToStart = stage.kind === 'starting' || (stage.kind === 'down' && stage.isStarting);
  return isToStart || stage.kind === 'waiting' ? { stage: { kind: 'waiting', why } } : NOTHING;
}

export function admitted(stage: Stage): Change {
  return stage.kind === 'waiting' ? { stage: { kind: 'starting', goal: 'up' } } : NOTHING;
}

/** Whether it takes no clients, though it is up. */
export function held(stage: Stage, isHeld: boolean): Change {
  return stage.kind === 'up' && stage.isHeld !== isHeld ? { stage: { ...stage, isHeld } } : NOTHING;
}

export function startFailed({ stage, wants, restarts }: Lifecycle, problem: string): Change {
  switch (stage.kind) {
    case 'starting':
      if (stage.goal === 'drained') return DRAINED;
      return isWanted(wants) ? goDown(problem, restarts) : { stage: { kind: 'asleep', problem } };
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

export function restart(stage: Down, { enabled }: Wants): Change {
  if (!enabled && !stage.isStarting) return { stage: { kind: 'asleep', problem: stage.problem } };
  return stage.isStarting
    ? NOTHING
    : { stage: { ...stage, isStarting: true }, commands: [{ kind: 'start' }] };
}

/** Does not cover the end of a server that is being started: its start fails instead. */
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
    if (stage.isClosing) return isWanted(wants) ? START : ASLEEP;
    if (!wants.enabled || (exitCode === 0 && !wants.keepAwake)) return ASLEEP;
    const attempt = now - since >= STABLE_SERVER_MS ? 0 : restarts;
    return goDown(`nats-server ended with exit code ${exitCode}`, attempt);
  }
  switch (nextOf(stage)) {
    case 'asleep':
      return ASLEEP;
    case 'up':
      return wants.enabled ? START : ASLEEP;
    case 'drained':
      return DRAINED;
  }
}

/** What follows when a server stops as intended. */
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

/** @param isClosing whether it is in lame duck mode; if its object did not ask for that, the platform did */
export function answered(stage: Running, isClosing: boolean): Change {
  const commands: readonly Command[] = stage.kind === 'stopping' ? [{ kind: 'stop' }] : [];
  if (stage.kind === 'up') return { stage: { ...stage, isClosing, unanswered: 0 }, commands };
  return { stage: { ...stage, unanswered: 0 }, commands };
}

/** A server that hangs accepts clients but serves none. Its end is noticed like any other. */
export function unanswered(stage: Running, wants: Wants): Change {
  const count = stage.unanswered + 1;
  const commands: readonly Command[] = mayEnd(wants, count) ? [{ kind: 'destroy' }] : [];
  return { stage: { ...stage, unanswered: count }, commands };
}
