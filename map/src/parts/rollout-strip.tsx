// The rollout that is under way, in a line above the map: where it is, whether all is well, and what can be done about it.

import { useEffect, useState } from 'preact/hooks';
import { PATHS, type RolloutOperation, rolloutPath } from '../../../api/paths.ts';
import type { Rollout, Rollouts } from '../../../api/rollouts.ts';
import { ask, clock, say, useApp, wordsOf } from '../state/use-app.ts';
import { isShown, rolloutWords } from '../words/rollout.ts';
import { confirmed } from './confirm-dialog.tsx';
import { useTick } from './use-tick.ts';

/** A caller may ask 60 times a minute; there is something to see only while one is under way. */
const IDLE_MS = 15_000;
const UNDER_WAY_MS = 4_000;

const TITLES: Readonly<Record<RolloutOperation, string>> = {
  pause: 'Pause',
  resume: 'Resume',
  promote: 'Next step now',
  abort: 'Go back…',
};

export function RolloutStrip() {
  const { world, moment } = useApp();
  const level = world?.level ?? 'public';
  const [rollout, setRollout] = useState<Rollout | undefined>(undefined);
  const isUnderWay = rollout !== undefined && rollout.endedAt === null;
  useEffect(() => {
    if (level === 'public') return setRollout(undefined);
    const read = () => void latest(isUnderWay ? rollout?.id : undefined).then(setRollout, () => {});
    read();
    const timer = setInterval(() => !document.hidden && read(), isUnderWay ? UNDER_WAY_MS : IDLE_MS);
    return () => clearInterval(timer);
  }, [level, isUnderWay, rollout?.id]);
  useTick(1_000, isUnderWay);
  if (rollout === undefined || moment !== undefined || !isShown(rollout, clock.now())) return null;
  const { title, text, tone } = rolloutWords(rollout, clock.now());
  const operate = (operation: RolloutOperation) =>
    void carryOut(rollout, operation).then((next) => next && setRollout(next));
  return (
    <section class="rollout" aria-label="Rollout">
      <p role="status">
        <b>{title}.</b> <span class={`tone-text-${tone}`}>{text}</span>
      </p>
      <progress
        max={rollout.steps.length}
        value={rollout.state === 'done' ? rollout.steps.length : Math.max(0, rollout.step)}
        aria-label="Steps that are done"
      />
      {level === 'admin' && isUnderWay ? (
        <span class="actions">
          {operationsOf(rollout).map((operation) => (
            <button key={operation} type="button" class="action" onClick={() => operate(operation)}>
              {TITLES[operation]}
            </button>
          ))}
        </span>
      ) : null}
    </section>
  );
}

function operationsOf({ state, why }: Rollout): readonly RolloutOperation[] {
  // It is going back.
  if (state === 'running' && why !== null) return ['abort'];
  return state === 'paused' ? ['resume', 'abort'] : ['pause', 'promote', 'abort'];
}

/** @param id that is known to be under way */
async function latest(id: number | undefined): Promise<Rollout | undefined> {
  const newest = id ?? (await ask<Rollouts>(PATHS.rollouts)).rollouts[0]?.id;
  return newest === undefined ? undefined : ask<Rollout>(rolloutPath(String(newest)));
}

/** Undefined: they would rather not, or it did not work, which is said. */
async function carryOut(
  { id, name, step }: Rollout,
  operation: RolloutOperation,
): Promise<Rollout | undefined> {
  if (operation === 'abort') {
    const consent = await confirmed({
      title: `Go back from ${name}?`,
      text: 'All that it has set is set as it was before. What somebody else has changed since stays.',
      action: 'Go back',
    });
    if (consent === undefined) return undefined;
  }
  try {
    return await ask<Rollout>(rolloutPath(String(id), operation), { method: 'POST', body: { step } });
  } catch (error) {
    say(wordsOf(error), 'bad');
    return undefined;
  }
}
