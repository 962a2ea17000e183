// How a run is shared by several k6: each has an equal segment of the users and iterations.

import { LoadtestError } from './loadtest-error.ts';

/** One of several k6. The number begins with 1. */
export interface Runner {
  readonly number: number;
  readonly of: number;
}

/** More than anybody has machines for; a typing error has more digits. */
const MOST = 1000;

/** @throws LoadtestError when it is not `2/3` or the like */
export function parseRunner(text: string): Runner {
  const [, number = 0, of = 0] = (/^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text) ?? []).map(Number);
  if (number < 1 || number > of || of > MOST)
    throw new LoadtestError(`--runner takes which of how many, such as 2/3, and was given "${text}"`);
  return { number, of };
}

/** @throws LoadtestError when it is not a number of runners */
export function parseRunners(text: string): number {
  const runners = /^[1-9]\d*$/.test(text) ? Number(text) : 0;
  if (runners < 1 || runners > MOST)
    throw new LoadtestError(`--runners takes a number from 1 to ${MOST}, and was given "${text}"`);
  return runners;
}

/**
 * @param bundle a script that several k6 are to share; it says itself that it is not for that, by exporting `ONE_RUNNER`
 * @throws LoadtestError when it is for one k6
 */
export function checkShared(name: string, bundle: string): void {
  if (!/\bONE_RUNNER\b/.test(bundle)) return;
  throw new LoadtestError(
    `${name} is for one k6: it disturbs the target at given times, and every figure is of what was disturbed when, which one k6 decides and others would not know; each of several would disturb it again. Let one k6 run ${name}, and for more load beside it several that share another script, such as latency or mixed.`,
  );
}

/** k6's arguments for it; none for a runner that is alone. */
export function segmentArguments({ number, of }: Runner): readonly string[] {
  if (of === 1) return [];
  const bounds = Array.from({ length: of + 1 }, (_, index) => boundOf(index, of));
  return [
    ...['--execution-segment', `${boundOf(number - 1, of)}:${boundOf(number, of)}`],
    ...['--execution-segment-sequence', bounds.join(',')],
  ];
}

function boundOf(index: number, of: number): string {
  return index === 0 ? '0' : index === of ? '1' : `${index}/${of}`;
}
