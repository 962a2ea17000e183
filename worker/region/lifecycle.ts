// The lifecycle of a region: which event leads from which stage to which, and what is to be done about it. Pure: events
// and the time go in, the next state and commands come out as data. The region's object (nats-region.ts) feeds in the
// events and carries out the commands, in order.
//
// Any event may come at any stage, twice, or late: one that is meaningless at that stage changes nothing.

import { advanceDrain, configured, countedClients, drain, undrain } from './drain-changes.ts';
import { type DrainRecord, isSameRecord } from './drain-record.ts';
import type { Change, Command, Lifecycle, LifecycleEvent, Wants } from './lifecycle-events.ts';
import {
  admitted,
  answered,
  comeUp,
  ended,
  held,
  isWanted,
  mustWait,
  NOTHING,
  restart,
  started,
  startFailed,
  stop,
  UP,
  unanswered,
} from './server-changes.ts';
import { hasServer, isServing, recordOf, type Stage } from './stages.ts';

export interface Step {
  readonly state: Lifecycle;
  readonly commands: readonly Command[];
}

/** What a new object finds: perhaps a drain in progress, perhaps a container that kept running. */
export function afterReset(
  record: DrainRecord | undefined,
  isRunning: boolean,
  { enabled, keepAwake, jetstream }: Wants,
  now: number,
): Step {
  const stage = isRunning ? runningStage(record) : endedStage(record);
  const since = record !== undefined && record.phase === recordOf(stage, now)?.phase ? record.since : now;
  const state = {
    stage,
    since,
    wants: { enabled, keepAwake, jetstream },
    restarts: 0,
    lastDrainAt: record?.begunAt ?? 0,
  };
  const commands: Command[] = [];
  const kept = recordOf(stage, since);
  if (!isSameRecord(record, kept)) commands.push({ kind: 'store', record: kept });
  if (stage.kind === 'stopping') commands.push({ kind: 'stop' });
  // The server still has its clients, but its links were lost with the object.
  if (isServing(stage)) commands.push({ kind: 'mesh-up' });
  if (hasServer(stage)) commands.push({ kind: 'watch' });
  return { state, commands };
}

function runningStage(record: DrainRecord | undefined): Stage {
  switch (record?.phase) {
    case undefined:
      return UP;
    case 'settling':
      return { kind: 'settling', begunAt: record.begunAt, unanswered: 0 };
    case 'lame-duck':
      return {
        kind: 'lame-duck',
        begunAt: record.begunAt,
        startAgain: record.startAgain,
        unanswered: 0,
      };
    case 'drained':
      return { kind: 'stopping', goal: 'drained', unanswered: 0 };
  }
}

/** A server that was to be restarted is started by the next client, or by the cron trigger. */
function endedStage(record: DrainRecord | undefined): Stage {
  return { kind: record === undefined || record.startAgain ? 'asleep' : 'drained' };
}

/** The state after an event, and what is to be done. */
export function step(before: Lifecycle, event: LifecycleEvent, now: number): Step {
  const { commands = [], ...change } = changeBy(before, event, now);
  const stage = change.stage ?? before.stage;
  const since = stage.kind === before.stage.kind ? before.since : now;
  const kept = recordOf(stage, since);
  const isStored = isSameRecord(recordOf(before.stage, before.since), kept);
  return {
    state: { ...before, ...change, since },
    commands: isStored ? commands : [{ kind: 'store', record: kept }, ...commands],
  };
}

function changeBy(before: Lifecycle, event: LifecycleEvent, now: number): Change {
  const { stage, wants } = before;
  switch (event.kind) {
    case 'client':
      return stage.kind === 'up' && stage.isCounting
        ? { stage: { ...stage, isCounting: false } }
        : comeUp(stage, wants);
    case 'wake':
      return stage.kind === 'down' ? restart(stage, wants) : comeUp(stage, wants);
    case 'configured':
      return configured(before, event, now);
    case 'must-wait':
      return mustWait(stage, event.why);
    case 'admitted':
      return admitted(stage);
    case 'held':
    case 'released':
      return held(stage, event.kind === 'held');
    case 'started':
      return started(stage, event.isHeld);
    case 'start-failed':
      return startFailed(before, event.problem);
    case 'ended':
      return ended(before, event.exitCode, now);
    case 'restart-due':
      return stage.kind === 'down' && stage.attempt === event.attempt ? restart(stage, wants) : NOTHING;
    case 'drain':
      return drain(before, event.settleSeconds, now);
    case 'undrain':
      return undrain(stage, wants);
    case 'drain-due':
      return advanceDrain(stage, event.begunAt);
    case 'halt':
      return isServing(stage) ? stop(stage) : NOTHING;
    case 'activity-expired':
      return stage.kind === 'up' && !isWanted(wants)
        ? { stage: { ...stage, isCounting: true }, commands: [{ kind: 'count-clients' }] }
        : NOTHING;
    case 'clients-counted':
      return countedClients(before, event.clients);
    case 'answered':
      return hasServer(stage) ? answered(stage, event.isClosing) : NOTHING;
    case 'unanswered':
      return hasServer(stage) ? unanswered(stage, wants) : NOTHING;
  }
}
