// The profiles that every script knows (loadtest/lib/profiles.js has their figures), and how a mistyped name is
// answered.

import { didYouMean } from '../../regions/did-you-mean.ts';
import { LoadtestError } from './loadtest-error.ts';

export const PROFILES = {
  smoke: 'does it work at all: a few clients for some seconds',
  average: 'an ordinary day: up, a minute, and down',
  stress: 'more than an ordinary day, up in steps',
  spike: 'a crowd at once, and gone again',
  soak: 'an ordinary day for hours: does anything grow',
} as const;

/** @throws LoadtestError that names the most similar profile */
export function checkProfile(name: string): string {
  if (Object.hasOwn(PROFILES, name)) return name;
  throw new LoadtestError(unknownName('profile', name, Object.keys(PROFILES)));
}

/** `there is no profile "smok"; did you mean "smoke"? There are: ...` */
export function unknownName(kind: string, name: string, known: readonly string[]): string {
  const near = didYouMean(name, known);
  const guess = near === undefined ? '.' : `; did you mean "${near}"?`;
  return `there is no ${kind} "${name}"${guess} There are: ${known.join(', ')}`;
}
