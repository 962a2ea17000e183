// The sign of a region: its state by shape and colour, and how full it is as a ring around it.

import type { SeenState } from '../../../api/states.ts';
import { REGION_LOOKS, type StateLook, UNKNOWN_LOOK } from '../words/region-states.ts';

export function lookOf(state: SeenState | null): StateLook {
  return state === null ? UNKNOWN_LOOK : REGION_LOOKS[state];
}

const RADIUS = 19;
/** Of a ring; less would be a speck. */
const LEAST_SEEN = 0.01;
const AROUND = 2 * Math.PI * RADIUS;

/** @param full of its limit, 0 to 1; undefined: no ring */
export function Sign({ look, full }: { readonly look: StateLook; readonly full?: number | undefined }) {
  const isNearlyFull = full !== undefined && full >= 0.85;
  return (
    <svg class={`sign tone-${look.tone}`} viewBox="0 0 44 44" aria-hidden="true">
      <circle class="sign-ground" cx="22" cy="22" r="21" />
      <circle class="sign-core" cx="22" cy="22" r="15" />
      <path class="sign-shape" d={look.sign} transform="translate(10 10)" />
      {full === undefined ? null : <circle class="sign-track" cx="22" cy="22" r={RADIUS} />}
      {full === undefined || full < LEAST_SEEN ? null : (
        <circle
          class={isNearlyFull ? 'sign-full nearly' : 'sign-full'}
          cx="22"
          cy="22"
          r={RADIUS}
          stroke-dasharray={`${Math.max(2, AROUND * Math.min(1, full))} ${AROUND}`}
          transform="rotate(-90 22 22)"
        />
      )}
    </svg>
  );
}
