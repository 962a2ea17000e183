// What a filter is: one step of the decision, and one file of filters/, with its effects, their words and its traits.
// It looks at one region at a time and may drop it, demote it behind all others, postpone it, prefer it, or let it
// count as nearer or farther; it says so as an effect, or says nothing. That it never looks at the other regions is
// what makes a new region draw clients to itself only.

import type { MeridianConfig, RegionConfig } from '../regions/config.ts';
import type { ClientCountry } from './client-country.ts';
import type { Estimate } from './estimate.ts';
import type { RegionObservation } from './observation.ts';

export type RoutingConfig = MeridianConfig['routing'];

/** A filter, with the effects that it may have. */
export interface Filter<E extends AnyEffect> extends FilterTraits<E['code']> {
  /** By which a configuration switches it off; one that regions/routing-schema.ts does not list always runs. */
  readonly name: E['filter'];
  /** Compiles it for a region, once per configuration; undefined where it can never say anything about the region. */
  readonly forRegion: (region: RegionConfig, routing: RoutingConfig) => Judge<E> | undefined;
  /** Its effects in words, by their codes, of which no two filters share one. */
  readonly words: { readonly [Code in E['code']]: (effect: E & { readonly code: Code }) => string };
}

/** What a filter that was compiled for a region says about it, for one request. */
export type Judge<E extends AnyEffect> = (region: RegionNow, context: FilterContext) => E | undefined;

/** What the decision has to know about a filter; all of it is usually absent. */
export interface FilterTraits<Code extends string = string> {
  /** What it says holds only for now: a region that is passed over for it is one to fail over from. */
  readonly temporary?: true;
  /** What it counts would not count if the region were awake: the region is woken for those who come next. */
  readonly endsByWaking?: true;
  /**
   * It looks at health. When it speaks against too many regions, it is more likely wrong than they are: then its effects
   * of these codes, which are guesses, are ignored. What is known holds all the same.
   */
  readonly ignoredInPanic?: readonly Code[];
  /** It treats clients of one place differently, by a stable draw. */
  readonly draws?: true;
  /** What a client is told when this is what no region serves it for. */
  readonly refusal?: Exclude<Refusal, 'nowhere'>;
}

/** Why no region may serve the request. */
export type Refusal =
  /** The rules of every region that could have served it exclude this client. */
  | 'residency'
  /** The only region that the request accepts cannot serve it. */
  | 'forced'
  /** Every region is disabled, draining, dialled down or full. */
  | 'nowhere';

/** What a filter did to a region, as data. Each filter adds what its words need. */
export type AnyEffect = { readonly filter: string; readonly code: string } & (
  | /** It may not serve this request. */ { readonly effect: 'drop' }
  | /** It is only for when the others fail. */ { readonly effect: 'demote' }
  | /** It is in reserve: so many tiers later than the usual ones. */ {
      readonly effect: 'postpone';
      readonly tiers: number;
    }
  | /** It counts as nearer (below 0) or farther by so many ms. */ {
      readonly effect: 'cost';
      readonly ms: number;
    }
  | /** It comes before the others; `place` is its position among those that do, from 0 on. */ {
      readonly effect: 'prefer';
      readonly place: number;
    }
);

/** A filter of whatever effects: what the decision works with. */
export interface AnyFilter extends FilterTraits {
  readonly name: string;
  readonly forRegion: (region: RegionConfig, routing: RoutingConfig) => Judge<AnyEffect> | undefined;
  readonly words: Readonly<Record<string, (effect: never) => string>>;
}

/** The effects that a filter may have. */
export type EffectOf<F extends AnyFilter> = F extends Filter<infer E> ? E : never;

/** What changes about a region from one request to the next. */
export interface RegionNow {
  readonly observation: RegionObservation | undefined;
  readonly estimate: Estimate;
}

/** What a filter may look at besides the region. */
export interface FilterContext extends ClientCountry {
  /** Hash of whatever tells this client from others. */
  readonly clientHash: number;
  /** Ids of regions that the request prefers, best first. */
  readonly preferred: readonly string[];
  /** Id of the only region that the request accepts. */
  readonly forced: string | undefined;
  /** Id of the region where the client was before. */
  readonly previous: string | undefined;
  /** Id of the region that the data center has been choosing. */
  readonly incumbent: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}
