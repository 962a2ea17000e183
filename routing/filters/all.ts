// The filters, in the order in which they run; a region that one of them drops is not shown to the next.

import type { AnyFilter, EffectOf } from '../filter.ts';
import { affinity } from './affinity.ts';
import { band } from './band.ts';
import { bias } from './bias.ts';
import { capacity } from './capacity.ts';
import { dial } from './dial.ts';
import { enabled } from './enabled.ts';
import { external } from './external.ts';
import { health } from './health.ts';
import { incumbent } from './incumbent.ts';
import { pin } from './pin.ts';
import { priority } from './priority.ts';
import { residency } from './residency.ts';
import { warmth } from './warmth.ts';

export const FILTERS = [
  enabled,
  external,
  health,
  residency,
  pin,
  dial,
  priority,
  bias,
  incumbent,
  capacity,
  warmth,
  affinity,
  band,
] as const satisfies readonly AnyFilter[];

/** The effect of one filter on one region. */
export type Effect = EffectOf<(typeof FILTERS)[number]>;
