// The control: the least that handing over can be. The regions are dialled in order, and each is awaited until it
// answers or fails: no timer, no second dial, nothing that aborts. In a build of Meridian it takes the place of
// worker/connect/hand-off.ts.

import type { Handoff, HandoffOptions, Miss } from '../../../worker/connect/hand-off.ts';
import { isTaken, refusalIn } from '../../../worker/connect/region-answer.ts';
import { messageOf } from '../../../worker/message-of.ts';

export async function handOff({
  candidates,
  others,
  firstSleeps = false,
  learn,
  signal = new AbortController().signal,
  now,
}: HandoffOptions): Promise<Handoff> {
  const missed: Miss[] = [];
  for (const [index, { region, dial }] of [...candidates, ...(others?.() ?? [])].entries()) {
    const startedAt = now();
    const wakes = firstSleeps && index === 0;
    try {
      const response = await dial(wakes, signal);
      const ms = now() - startedAt;
      if (isTaken(response)) {
        learn({ kind: 'taken', region, ms, hasStarted: wakes });
        return { taken: { region, response }, missed };
      }
      missed.push({ region, ms, ...(await refusalIn(response)) });
    } catch (error) {
      missed.push({ region, ms: now() - startedAt, code: undefined, reason: messageOf(error) });
    }
  }
  return { missed };
}
