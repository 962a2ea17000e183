// What a drain changes: when it begins, advances, and is taken back, by a command or by the configuration.
// Pure; part of lifecycle.ts.

import type { Change, Command, Lifecycle, LifecycleEvent, Wants } from './lifecycle-events.ts';
import { ASLEEP, comeUp, DRAINED, isWanted, NOTHING, START, stop, UP } from './server-changes.ts';
import type { Stage } from './stages.ts';

/** How often a lame duck is asked whether the last client has left. */
export const DRAIN_POLL_SECONDS = 1;

export function drain({ stage, lastDrainAt }: Lifecycle, settleSeconds: number, now: number): Change {
  switch (stage.kind) {
    case 'asleep':
    case 'waiting':
      return DRAINED;
    case 'down':
      return stage.isStarting ? { stage: { kind: 'starting', goal: 'drained' } } : DRAINED;
    case 'starting':
      return { stage: { ...stage, goal: 'drained' } };
    case 'stopping':
      return { stage: { ...stage, goal: 'drained' } };
    case 'up': {
      const begunAt = Math.max(now, lastDrainAt + 1);
      return {
        stage: { kind: 'settling', begunAt, unanswered: stage.unanswered },
        lastDrainAt: begunAt,
        commands: [{ kind: 'schedule-drain', afterSeconds: settleSeconds, begunAt }],
      };
    }
    case 'lame-duck':
      return { stage: { ...stage, startAgain: false } };
    case 'settling':
    case 'drained':
      return NOTHING;
  }
}

/** If the configuration begins or ends a drain, that takes precedence over its wish that the server run. */
export function configured(
  before: Lifecycle,
  { wants, drain: isDrain, settleSeconds }: LifecycleEvent & { readonly kind: 'configured' },
  now: number,
): Change {
  const { stage } = before;
  if (isDrain === true) return { ...drain(before, settleSeconds, now), wants };
  const taken = isDrain === false ? undrain(stage, wants) : NOTHING;
  if (taken !== NOTHING) return { ...taken, wants };
  if (stage.kind === 'waiting' && !wants.enabled) return { ...ASLEEP, wants };
  return { ...(isWanted(wants) ? comeUp(stage, wants) : NOTHING), wants };
}

/** Service resumes at once if the server was not yet told to drain; otherwise it is restarted once it has stopped. */
export function undrain(stage: Stage, wants: Wants): Change {
  switch (stage.kind) {
    case 'settling':
      return { stage: { ...UP, unanswered: stage.unanswered } };
    case 'lame-duck':
      return { stage: { ...stage, startAgain: true } };
    case 'drained':
      return isWanted(wants) ? START : ASLEEP;
    case 'starting':
      return { stage: { ...stage, goal: 'up' } };
    case 'stopping':
      if (stage.goal !== 'drained') return NOTHING;
      return { stage: { ...stage, goal: isWanted(wants) ? 'up' : 'asleep' } };
    default:
      return NOTHING;
  }
}

export function advanceDrain(stage: Stage, begunAt: number | undefined): Change {
  if ((stage.kind !== 'settling' && stage.kind !== 'lame-duck') || stage.begunAt !== begunAt) return NOTHING;
  if (stage.kind === 'lame-duck') return { commands: [{ kind: 'count-clients' }] };
  return {
    stage: { ...stage, kind: 'lame-duck', startAgain: false },
    commands: [{ kind: 'become-lame-duck' }, lookAgain(begunAt)],
  };
}

/** A server is stopped only if it says itself that it has no clients: one that does not answer may be full of them. */
export function countedClients({ stage, wants }: Lifecycle, clients: number | undefined): Change {
  if (stage.kind === 'lame-duck') {
    return clients === 0 ? stop(stage) : { commands: [lookAgain(stage.begunAt)] };
  }
  if (stage.kind !== 'up' || !stage.isCounting) return NOTHING;
  return clients === 0 && !isWanted(wants) ? stop(stage) : { stage: { ...stage, isCounting: false } };
}

function lookAgain(begunAt: number | undefined): Command {
  return { kind: 'schedule-drain', afterSeconds: DRAIN_POLL_SECONDS, begunAt };
}
