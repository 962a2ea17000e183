// How sure a forecast is: what it was made from, and how far a share may be off.

import type { Replay } from './replay.ts';
import type { Traffic } from './traffic.ts';

/** Two-sided, for a normal distribution. */
const SIGMAS_OF_95_PERCENT = 1.96;

/** A share that may be off by more than this says little. */
const ROUGH_MARGIN = 0.05;

export interface Confidence {
  readonly marginShare: number;
  readonly confidence: string;
}

/**
 * The margin is that of a share of one half, the widest: connections are taken as drawn at random from all that
 * there will be, and the keys of the replay as drawn from all clients.
 */
export function confidenceOf(
  source: Traffic['source'],
  { clients, places, drawVariance }: Replay,
): Confidence {
  if (places === 0) return { marginShare: 1, confidence: 'There is nothing to go by: no traffic was given.' };
  const trafficVariance = source === 'traffic' ? 1 / (4 * clients) : 0;
  const marginShare = Math.min(1, SIGMAS_OF_95_PERCENT * Math.sqrt(trafficVariance + drawVariance));
  return { marginShare, confidence: textOf(source, { clients, places, marginShare }) };
}

interface Basis {
  readonly clients: number;
  readonly places: number;
  readonly marginShare: number;
}

function textOf(source: Traffic['source'], { clients, places, marginShare }: Basis): string {
  if (source === 'population') {
    return `No traffic yet: as if people everywhere connected alike, from ${places} cities that stand for the world. Your own clients may be elsewhere.`;
  }
  const from = `From about ${count(clients, 'recent connection')} in ${count(places, 'place')}`;
  const points = (100 * marginShare).toFixed(1);
  return marginShare > ROUGH_MARGIN
    ? `${from}: too few to be sure, shares may be off by ${points} percentage points.`
    : `${from}: shares are right to about ${points} percentage points, as long as clients come from where they came from.`;
}

function count(value: number, noun: string): string {
  const whole = Math.max(1, Math.round(value));
  return `${whole} ${noun}${whole === 1 ? '' : 's'}`;
}
