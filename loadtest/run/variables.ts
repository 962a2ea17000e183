// The variables that a script reads, found in its source: a mistyped `-e` would otherwise change nothing, in silence.

import { didYouMean } from '../../regions/did-you-mean.ts';
import { bundleScript } from './bundle-script.ts';
import { LoadtestError } from './loadtest-error.ts';
import type { Script } from './scripts.ts';
import { parseRegions } from './target-regions.ts';

/** `numberFrom('CLIENTS', 10)` and the like of lib/settings.js. */
const BY_READER = /\b\w+From\d*\(\s*["']([A-Z][A-Z0-9_]*)["']/g;
const BY_NAME = /\b__ENV(?:\.([A-Za-z_]\w*)|\[["']([A-Za-z_]\w*)["']\])/g;

/** What a scenario sets for itself: `env: { RATE: '5' }`. Who gives it with -e changes nothing. */
const BY_SCENARIO = /\benv:\s*\{([^}]*)\}/g;

/** `__ENV` in any other way: then nobody knows what it reads. One such place is in the readers themselves. */
const UNKNOWN = /\b__ENV\b(?!\.[A-Za-z_]|\[["'])/g;
const UNKNOWN_IN_READERS = /\w+From\d*\([^)]*\)\s*\{\s*(?:const|let|var)\s+\w+\s*=\s*__ENV\[\w+\]/g;

/**
 * In alphabetical order.
 *
 * @param bundle the script in one file
 * @returns undefined when it reads variables by names that are not in its source
 */
export function variablesOf(bundle: string): readonly string[] | undefined {
  const unknown = [...bundle.matchAll(UNKNOWN)].length - [...bundle.matchAll(UNKNOWN_IN_READERS)].length;
  if (unknown > 0) return undefined;
  const read = [BY_READER, BY_NAME].flatMap((pattern) =>
    [...bundle.matchAll(pattern)].map(([, first, second]) => first ?? second ?? ''),
  );
  const ofScenarios = [...bundle.matchAll(BY_SCENARIO)].flatMap(([, fields = '']) =>
    [...fields.matchAll(/(\w+):/g)].map(([, name = '']) => name),
  );
  return [...new Set(read)].filter((name) => !ofScenarios.includes(name)).toSorted();
}

/** Arguments of k6 and files of a plan are no place for these. */
const SECRETS = ['NATS_PASSWORD', 'NATS_TOKEN', 'NATS_JWT', 'ADMIN_TOKEN'];

/** A run of no time measures nothing. */
const NO_TIME = /^DURATION=0+(?:\.0*)?[smh]?$/;

/** @throws LoadtestError for the first `KEY=VALUE` that the script would not read, or that asks for nothing */
export async function checkVariables(script: Script, given: readonly string[]): Promise<void> {
  const names = given.map((each) => {
    if (!/^[A-Za-z_]\w*=/.test(each)) throw new LoadtestError(`-e takes KEY=VALUE, and was given "${each}"`);
    return each.slice(0, each.indexOf('='));
  });
  for (const each of given) {
    const secret = SECRETS.find((name) => each.startsWith(`${name}=`));
    if (secret !== undefined)
      throw new LoadtestError(
        `${secret} is a secret: put it in the environment, as every user can read arguments`,
      );
    if (NO_TIME.test(each)) throw new LoadtestError(`${each} is no time to measure in: it must be above 0`);
    if (each.startsWith('REGIONS=')) parseRegions(each.slice('REGIONS='.length), '-e REGIONS');
  }
  const known = variablesOf(await bundleScript(script.path));
  const unknown = known && names.find((name) => !known.includes(name));
  if (known === undefined || unknown === undefined) return;
  const near = didYouMean(unknown, known);
  const guess = near === undefined ? '.' : `; did you mean ${near}?`;
  throw new LoadtestError(
    `there is no variable ${unknown} of ${script.name}${guess} There are: ${known.join(', ')}`,
  );
}
