// What the filters did to a region, as data; decision-text.ts puts it into words, and only when somebody asks.

import type { SeenState } from '../api/states.ts';

/** A region may not serve this request. */
export type DropReason =
  | { readonly filter: 'enabled'; readonly code: 'disabled' }
  | { readonly filter: 'enabled'; readonly code: 'draining' }
  | { readonly filter: 'residency'; readonly code: 'denied'; readonly country: string; readonly rule: string }
  | {
      readonly filter: 'residency';
      readonly code: 'not-allowed';
      readonly country: string;
      readonly rule: string;
    }
  | { readonly filter: 'pin'; readonly code: 'not-forced'; readonly forced: string }
  | { readonly filter: 'dial'; readonly code: 'dialled-down'; readonly percent: number }
  | { readonly filter: 'capacity'; readonly code: 'full'; readonly clients: number; readonly limit: number };

/** A region is only for when the others fail. */
export type DemoteReason =
  | { readonly filter: 'health'; readonly code: 'state'; readonly state: SeenState }
  | { readonly filter: 'health'; readonly code: 'ejected'; readonly forMs: number }
  | { readonly filter: 'health'; readonly code: 'cut-off'; readonly meshShare: number };

/** A region is in reserve: it comes so many tiers later than the usual ones. */
export interface PostponeReason {
  readonly filter: 'priority';
  readonly code: 'reserve';
  readonly priority: number;
  readonly tiers: number;
}

/** A region counts as nearer (below 0) or farther by so many ms. */
export type CostReason =
  | { readonly filter: 'estimate'; readonly code: 'bias'; readonly factor: number }
  | { readonly filter: 'estimate'; readonly code: 'incumbent' }
  | {
      readonly filter: 'capacity';
      readonly code: 'over-soft-limit';
      readonly clients: number;
      readonly limit: number;
    }
  | { readonly filter: 'warmth'; readonly code: 'asleep' }
  | { readonly filter: 'affinity'; readonly code: 'returning' }
  | { readonly filter: 'band'; readonly code: 'share'; readonly weight: number };

/** What one filter did to one region. */
export type Effect =
  | (DropReason & { readonly effect: 'drop' })
  | (DemoteReason & { readonly effect: 'demote' })
  | (PostponeReason & { readonly effect: 'postpone' })
  | (CostReason & { readonly effect: 'cost'; readonly ms: number })
  | { readonly effect: 'prefer'; readonly filter: 'pin'; readonly code: 'asked-for'; readonly place: number };

/** What speaks against a region only for now: that it is not healthy, or full. */
export type SetbackEffect = Extract<Effect, { filter: 'health' | 'capacity' }>;

export type FilterName = Effect['filter'];
