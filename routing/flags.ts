// Feature flags: for whom each is on, and why. Pure, as all of routing/: the same client always gets the same answer. A
// percentage is drawn as a dial is, by a stable number of the client and the flag, so turning it up only adds clients.

import { type BuiltInFlag, isBuiltIn } from '../regions/built-in-flags.ts';
import type { MeridianConfig } from '../regions/config.ts';
import { EUROPEAN_UNION } from '../regions/countries.ts';
import type { ClientCountry } from './client-country.ts';
import { hashText, uniform } from './client-hash.ts';

/**
 * Why a flag has its value, in the words of OpenFeature. `STATIC`: it is on for all. `TARGETING_MATCH`: it is on for those it
 * names, of whom this is one. `SPLIT`: its percentage decided. `DISABLED`: it is off. `DEFAULT`: it is not for this client, or
 * it is one of Meridian's own and not in the configuration.
 */
export type FlagReason = 'STATIC' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED' | 'DEFAULT';

export interface Evaluation {
  readonly value: boolean;
  readonly reason: FlagReason;
  /** As a sentence. It repeats nothing of what the configuration restricts the flag to. */
  readonly why: string;
}

/** For whom a flag is evaluated. */
export interface FlagClient extends ClientCountry {
  /** The data center where it enters; undefined if unknown. */
  readonly colo: string | undefined;
  /** See `clientHashOf`. */
  readonly clientHash: number;
  /** A header of its request; null if it has none of this name. */
  readonly header: (name: string) => string | null;
}

type Flag = (client: FlagClient) => Evaluation;

/** The flags of a configuration, ready to be evaluated. */
export type Flags = ReadonlyMap<string, Flag>;

/** A part of a flag's restrictions: why it keeps a client out; undefined if it does not. */
type Restriction = (client: FlagClient) => string | undefined;

type FlagConfig = MeridianConfig['flags'][string];

const OFF: Evaluation = { value: false, reason: 'DISABLED', why: 'it is off' };
const ALL: Evaluation = { value: true, reason: 'STATIC', why: 'it is on for all' };
const MATCH: Evaluation = {
  value: true,
  reason: 'TARGETING_MATCH',
  why: 'this client is one of those that it is on for',
};
const BUILT_IN: Evaluation = {
  value: true,
  reason: 'DEFAULT',
  why: "it is Meridian's own, and on unless the configuration says otherwise",
};

/** Compiles the flags of a valid configuration, once per version. */
export function compileFlags(flags: MeridianConfig['flags']): Flags {
  return new Map(Object.entries(flags).map(([name, flag]) => [name, compileFlag(name, flag)]));
}

/** The value of a flag for a client; undefined if there is no such flag. */
export function evaluateFlag(flags: Flags, name: string, client: FlagClient): Evaluation | undefined {
  return flags.get(name)?.(client) ?? (isBuiltIn(name) ? BUILT_IN : undefined);
}

/** Whether something of Meridian's own is on. @param client is asked for only if the configuration has the flag */
export function isOn(flags: Flags, name: BuiltInFlag, client: () => FlagClient): boolean {
  return flags.get(name)?.(client()).value ?? true;
}

function compileFlag(name: string, { on, percent, ...rest }: FlagConfig): Flag {
  if (!on) return () => OFF;
  const restrictions = restrictionsOf(rest);
  const whenMatched = restrictions.length === 0 ? ALL : MATCH;
  const draw = percent === undefined ? () => whenMatched : drawOf(name, percent);
  return (client) => {
    for (const restriction of restrictions) {
      const why = restriction(client);
      if (why !== undefined) return { value: false, reason: 'DEFAULT', why };
    }
    return draw(client);
  };
}

function drawOf(name: string, percent: number): Flag {
  const seed = hashText(`flag ${name}`);
  const isAmong: Evaluation = {
    value: true,
    reason: 'SPLIT',
    why: `it is on for ${percent}%, and for this client`,
  };
  const isNot: Evaluation = {
    value: false,
    reason: 'SPLIT',
    why: `it is on for ${percent}%, and not for this client`,
  };
  return ({ clientHash }) => (uniform(clientHash, seed) * 100 < percent ? isAmong : isNot);
}

function restrictionsOf({
  countries,
  colos,
  header,
  headerValues,
}: FlagConfig | Omit<FlagConfig, 'on'>): readonly Restriction[] {
  return [
    ...(countries === undefined ? [] : [inCountries(new Set(countries))]),
    ...(colos === undefined ? [] : [atColos(new Set(colos))]),
    ...(header === undefined ? [] : [withHeader(header, headerValues && new Set(headerValues))]),
  ];
}

function inCountries(countries: ReadonlySet<string>): Restriction {
  return ({ country, inEu }) =>
    countries.has(country) || (inEu && countries.has(EUROPEAN_UNION))
      ? undefined
      : `it is not for clients from ${country}`;
}

function atColos(colos: ReadonlySet<string>): Restriction {
  return ({ colo }) =>
    colo !== undefined && colos.has(colo)
      ? undefined
      : `it is not for clients that enter at ${colo ?? 'an unknown data center'}`;
}

function withHeader(name: string, values: ReadonlySet<string> | undefined): Restriction {
  return ({ header }) => {
    const value = header(name);
    const isMeant = value !== null && (values === undefined || values.has(value));
    // Which header it is would be all that somebody needs who wants the flag.
    return isMeant ? undefined : 'it is not for requests with these headers';
  };
}
