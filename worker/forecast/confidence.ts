// How reliable a forecast is: what it is based on, and its margin of error.

import type { Replay } from './replay.ts';
import type { Traffic } from './traffic.ts';

/** Two-sided, for a normal distribution. */
const SIGMAS_OF_95_PERCENT = 1.96;

/** With a larger margin of error than this, confidence is called low. */
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
  { source, ...known }: Pick<Traffic, 'source' | 'silent' | 'uncounted' | 'fromBackup'>,
  { clients, places, drawVariance }: Replay,
): Confidence {
  if (places === 0) return { marginShare: 1, confidence: 'none: no traffic was given.' };
  const trafficVariance = source === 'traffic' ? 1 / (4 * clients) : 0;
  const marginShare = Math.min(1, SIGMAS_OF_95_PERCENT * Math.sqrt(trafficVariance + drawVariance));
  return { marginShare, confidence: textOf(source, { clients, places, marginShare, ...known }) };
}

interface Basis extends Pick<Traffic, 'silent' | 'uncounted' | 'fromBackup'> {
  readonly clients: number;
  readonly places: number;
  readonly marginShare: number;
}

function textOf(
  source: Traffic['source'],
  { clients, places, marginShare, silent = [], uncounted = [], fromBackup = [] }: Basis,
): string {
  if (source === 'population') {
    const why =
      silent.length === 0
        ? 'no connections were seen yet'
        : `no connections are known of, since ${silent.join(', ')} did not answer`;
    return `low: ${why}, so this is how the world's population would be routed (${places} cities). Your own clients may be elsewhere.`;
  }
  const seen = `about ${count(clients, 'connection')} seen in the last day, in ${count(places, 'place')}`;
  const points = (100 * marginShare).toFixed(1);
  const basis =
    marginShare > ROUGH_MARGIN
      ? `low: only ${seen}. Shares may be off by ${points} percentage points.`
      : `good: ${seen}. Shares are accurate to about ${points} percentage points, if clients keep coming from the same places.`;
  const missing = silent.length === 0 ? '' : ` Does not include ${silent.join(', ')}, which did not answer.`;
  const outside =
    uncounted.length === 0
      ? ''
      : ` Does not include ${uncounted.join(', ')}, which is external: nobody here counts its clients.`;
  const earlier =
    fromBackup.length === 0
      ? ''
      : ` What ${fromBackup.join(', ')} counted is in part from the backup of an earlier deployment.`;
  return `${basis}${missing}${outside}${earlier}`;
}

function count(value: number, noun: string): string {
  const whole = Math.max(1, Math.round(value));
  return `${whole} ${noun}${whole === 1 ? '' : 's'}`;
}
