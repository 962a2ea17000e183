// How reliable a forecast is: what it is based on, and its margin of error.

import type { Replay } from './replay.ts';
import type { Traffic } from './traffic.ts';

/** Two-sided, for a normal distribution. */
const SIGMAS_OF_95_PERCENT = 1.96;

/** With a larger margin of error than this, the forecast is called uncertain. */
const ROUGH_MARGIN = 0.05;

export interface Confidence {
  readonly marginShare: number;
  readonly confidence: string;
}

/**
 * The margin of error is that of a share of one half, where it is largest. Connections are treated as a random sample of
 * all future ones, and the keys of the replay as a random sample of all clients.
 */
export function confidenceOf(
  { source, silent = [], fromBackup = [] }: Pick<Traffic, 'source' | 'silent' | 'fromBackup'>,
  { clients, places, drawVariance }: Replay,
): Confidence {
  if (places === 0) return { marginShare: 1, confidence: 'No data: no traffic was given.' };
  const trafficVariance = source === 'traffic' ? 1 / (4 * clients) : 0;
  const marginShare = Math.min(1, SIGMAS_OF_95_PERCENT * Math.sqrt(trafficVariance + drawVariance));
  return { marginShare, confidence: textOf(source, { clients, places, marginShare, silent, fromBackup }) };
}

interface Basis {
  readonly clients: number;
  readonly places: number;
  readonly marginShare: number;
  readonly silent: readonly string[];
  readonly fromBackup: readonly string[];
}

function textOf(
  source: Traffic['source'],
  { clients, places, marginShare, silent, fromBackup }: Basis,
): string {
  if (source === 'population') {
    const why =
      silent.length === 0
        ? 'No traffic yet'
        : `No traffic is known, since ${silent.join(', ')} did not answer`;
    return `${why}, so this is based on the world population (${places} cities). Your own clients may be elsewhere.`;
  }
  const from = `Based on about ${count(clients, 'recent connection')} in ${count(places, 'place')}`;
  const points = (100 * marginShare).toFixed(1);
  const accuracy =
    marginShare > ROUGH_MARGIN
      ? `too few for certainty, shares may be off by ${points} percentage points.`
      : `shares are accurate to about ${points} percentage points, if clients keep coming from the same places.`;
  const missing = silent.length === 0 ? '' : ` Does not include ${silent.join(', ')}, which did not answer.`;
  const earlier =
    fromBackup.length === 0
      ? ''
      : ` What ${fromBackup.join(', ')} counted is in part from the backup of an earlier deployment.`;
  return `${from}: ${accuracy}${missing}${earlier}`;
}

function count(value: number, noun: string): string {
  const whole = Math.max(1, Math.round(value));
  return `${whole} ${noun}${whole === 1 ? '' : 's'}`;
}
