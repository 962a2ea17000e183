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
  source: Traffic['source'],
  { clients, places, drawVariance }: Replay,
): Confidence {
  if (places === 0) return { marginShare: 1, confidence: 'No data: no traffic was given.' };
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
    return `No traffic yet, so this is based on the world population (${places} cities). Your own clients may be elsewhere.`;
  }
  const from = `Based on about ${count(clients, 'recent connection')} in ${count(places, 'place')}`;
  const points = (100 * marginShare).toFixed(1);
  return marginShare > ROUGH_MARGIN
    ? `${from}: too few for certainty, shares may be off by ${points} percentage points.`
    : `${from}: shares are accurate to about ${points} percentage points, if clients keep coming from the same places.`;
}

function count(value: number, noun: string): string {
  const whole = Math.max(1, Math.round(value));
  return `${whole} ${noun}${whole === 1 ? '' : 's'}`;
}
