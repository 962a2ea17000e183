// What somebody who has signed in may do in NATS. Pure.

import type { MeridianConfig } from '../../regions/config.ts';

type Grant = NonNullable<MeridianConfig['signIn']>['grants'][number];

export type Claims = Readonly<Record<string, unknown>>;

export interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** Why there are none. */
export type NoPermissions = { readonly why: string };

const PLACEHOLDER = /\{([A-Za-z0-9_]+)\}/g;

/** What may stand in a subject as it is. `=` begins what may not. */
const UNSAFE = /[^A-Za-z0-9@_-]/gu;

/** A value is a part of a subject: longer ones are no names. */
const MOST_VALUE_CHARACTERS = 200;

/** All that is granted for these claims, without repetition; why not, if that is nothing. */
export function permissionsFor(claims: Claims, grants: readonly Grant[]): Permissions | NoPermissions {
  const own = grants.filter(({ when }) => when === undefined || says(claims[when.claim], when.is));
  if (own.length === 0) return { why: 'no grant of the configuration (signIn.grants) is for this sign-in' };
  const missing = new Set<string>();
  const fill = (subjects: readonly string[]) => [
    ...new Set(subjects.map((subject) => filled(subject, claims, missing))),
  ];
  const permissions = {
    publish: fill(own.flatMap(({ publish }) => publish)),
    subscribe: fill(own.flatMap(({ subscribe }) => subscribe)),
  };
  if (missing.size === 0) return permissions;
  return {
    why: `a grant needs the claim ${[...missing].join(', ')}, which this sign-in does not have as text`,
  };
}

function says(claim: unknown, value: string): boolean {
  return Array.isArray(claim) ? claim.includes(value) : claim === value;
}

function filled(subject: string, claims: Claims, missing: Set<string>): string {
  return subject.replaceAll(PLACEHOLDER, (_placeholder, name: string) => {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
    if (typeof value === 'string' && value !== '' && value.length <= MOST_VALUE_CHARACTERS)
      return tokenOf(value);
    missing.add(name);
    return '';
  });
}

/** A value as a part of one token. Two values never give the same, and none gives a wildcard or another token. */
export function tokenOf(value: string): string {
  return value.replaceAll(UNSAFE, (character) =>
    [...new TextEncoder().encode(character)]
      .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}
