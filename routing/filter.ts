// What a filter is: one step of the decision, and one file of filters/, with its effects, their text and its traits. It
// looks at one region at a time and may drop it, demote it behind all others, postpone it, prefer it, or count it as
// nearer or farther: that is its effect. Since it never looks at the other regions, a new region only draws clients to
// itself.

import type { EffectKind } from '../api/decision.ts';
import type { ErrorCode } from '../api/errors.ts';
import type { AnyRegion, MeridianConfig, RegionId } from '../regions/config.ts';
import type { ClientCountry } from './client-country.ts';
import type { Estimate } from './estimate.ts';
import type { RegionObservation } from './observation.ts';

export type RoutingConfig = MeridianConfig['routing'];

/** A filter, with the effects that it may have. */
export interface Filter<E extends AnyEffect> extends FilterTraits<E['code']> {
  /** By which a configuration switches it off, as regions/routing-schema.ts lists it. */
  readonly name: E['filter'];
  /**
   * Compiles it for a region, once per configuration; undefined if it can never have an effect on the region. If it needs
   * only the region's id, one function for all regions is fastest.
   */
  readonly forRegion: (region: AnyRegion, routing: RoutingConfig) => Judge<E> | undefined;
  /** The text of its effects by their codes, which are unique across filters. */
  readonly words: { readonly [Code in E['code']]: (effect: E & { readonly code: Code }) => string };
}

/** A filter compiled for a region: gives its effect on the region for one request. */
export type Judge<E extends AnyEffect> = (region: RegionNow, context: FilterContext) => E | undefined;

/** What the decision has to know about a filter; all of it is usually absent. */
export interface FilterTraits<Code extends string = string> {
  /** What it says holds only for now: a region that is passed over for it is one to fail over from. */
  readonly temporary?: true;
  /** Its effect would be gone if the region were awake: the region is woken for later clients. */
  readonly endsByWaking?: true;
  /**
   * It looks at health. When it speaks against too many regions, it is more likely wrong than they are: then its effects
   * of these codes, which are guesses, are ignored. What is known holds all the same.
   */
  readonly ignoredInPanic?: readonly Code[];
  /** It treats clients of one place differently, by a stable draw. */
  readonly draws?: true;
  /** Whether its effect on a region of which this is known changes as time passes. Absent: never. */
  readonly fades?: (observation: RegionObservation) => boolean;
  /** It cannot be switched off. */
  readonly alwaysOn?: true;
  /**
   * Why the configuration of a region keeps every client from it, as text; undefined where it does not. Absent from a
   * filter that depends on the client, or on the region's state.
   */
  readonly excludes?: (region: AnyRegion) => string | undefined;
  /** The refusal that a client gets if this filter is why no region serves it. */
  readonly refusal?: Refusal;
}

/** Why no region may serve the request, and what the client is told. */
export interface Refusal {
  /** What the record calls it. */
  readonly name: string;
  /** Its answer has the status of this code, and `Retry-After` if a later attempt may succeed (api/errors.ts). */
  readonly code: ErrorCode;
  readonly message: string;
}

/** A filter's effect on a region, as data. Each filter adds the fields that its text needs. */
export type AnyEffect = { readonly filter: string; readonly code: string } & {
  [Kind in EffectKind]: { readonly effect: Kind } & EffectFields[Kind];
}[EffectKind];

/** What the decision reads of each kind of effect. */
interface EffectFields extends Readonly<Record<EffectKind, object>> {
  /** It may not serve this request. `onlySome`: it serves other clients of the same place. */
  readonly drop: { readonly onlySome?: true };
  /** It is only for when the others fail. */
  readonly demote: object;
  /** It is in reserve: so many tiers later than the usual ones. */
  readonly postpone: { readonly tiers: number };
  /** It counts as nearer (below 0) or farther by so many ms. */
  readonly cost: { readonly ms: number };
  /** It comes before the others; `place` is its position among those that do, from 0 on. */
  readonly prefer: { readonly place: number };
}

/** A filter with any effects, as the decision uses it. */
export interface AnyFilter extends FilterTraits {
  readonly name: string;
  readonly forRegion: (region: AnyRegion, routing: RoutingConfig) => Judge<AnyEffect> | undefined;
  readonly words: Readonly<Record<string, (effect: never) => string>>;
}

/** The effects that a filter may have. */
export type EffectOf<F extends AnyFilter> = F extends Filter<infer E> ? E : never;

/** A region, and what about it may differ from one request to the next. */
export interface RegionNow {
  readonly id: RegionId;
  readonly observation: RegionObservation | undefined;
  readonly estimate: Estimate;
}

/** What a filter may look at besides the region. */
export interface FilterContext extends ClientCountry {
  readonly routing: RoutingConfig;
  /** Hash of what tells this client from others. */
  readonly clientHash: number;
  /** Ids of regions that the request prefers, best first. */
  readonly preferred: readonly string[];
  /** Whether only a region of ours can take it: a leaf node, an MQTT client, a session. */
  readonly onlyOwn: boolean;
  /** Id of the only region that the request accepts. */
  readonly forced: string | undefined;
  /** Id of the region where the client was before. */
  readonly previous: string | undefined;
  /** Id of the data center's current choice. */
  readonly incumbent: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}
