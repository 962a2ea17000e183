// The states of a region and of a link, in words, and the sign that goes with each: nobody has to tell them apart by colour.

import type { LinkState, SeenState } from '../../../api/states.ts';

/** Groups of states that look alike. */
export type Tone = 'good' | 'calm' | 'busy' | 'leaving' | 'bad' | 'lost';

export interface StateLook {
  readonly word: string;
  /** What it means, as a sentence about the region. */
  readonly means: string;
  readonly tone: Tone;
  /** Path data in a square of 24, to be stroked. */
  readonly sign: string;
}

const CHECK = 'M6.5 12.5l3.7 3.7 7.3-8.2';
const MOON = 'M16.5 14.6a6 6 0 0 1-7-8 6 6 0 1 0 7 8z';
const BARS = 'M9 7v10M15 7v10';
const UP = 'M12 17V7M7.5 11.5L12 7l4.5 4.5';
const DOWN = 'M12 7v10M7.5 12.5L12 17l4.5-4.5';
const SQUARE = 'M8 8h8v8H8z';
const CROSS = 'M7.5 7.5l9 9M16.5 7.5l-9 9';
const QUESTION = 'M9 9.3a3 3 0 1 1 4.6 2.6c-1.1.7-1.6 1.2-1.6 2.4M12 17.6v.01';

export const REGION_LOOKS: Readonly<Record<SeenState, StateLook>> = {
  up: { word: 'up', means: 'It serves.', tone: 'good', sign: CHECK },
  asleep: {
    word: 'asleep',
    means: 'It is not running; the next client starts it.',
    tone: 'calm',
    sign: MOON,
  },
  waiting: {
    word: 'waiting',
    means: 'It must not start yet: without its data it could outvote the servers that hold the streams.',
    tone: 'busy',
    sign: BARS,
  },
  starting: { word: 'starting', means: 'Its server is being started.', tone: 'busy', sign: UP },
  draining: {
    word: 'draining',
    means: 'It refuses new clients, and stops when the last one has left.',
    tone: 'leaving',
    sign: DOWN,
  },
  stopping: {
    word: 'stopping',
    means: 'It was told to stop, and still runs.',
    tone: 'leaving',
    sign: SQUARE,
  },
  down: {
    word: 'down',
    means: 'Its server exited unexpectedly and is being restarted.',
    tone: 'bad',
    sign: CROSS,
  },
  unreachable: {
    word: 'unreachable',
    means: 'Its object does not answer, so nothing is known of it.',
    tone: 'lost',
    sign: QUESTION,
  },
};

/** Of a moment of which nothing was recorded. */
export const UNKNOWN_LOOK: StateLook = {
  word: 'unknown',
  means: 'Nothing was recorded of it at that moment.',
  tone: 'lost',
  sign: QUESTION,
};

export const LINK_WORDS: Readonly<Record<LinkState, string>> = {
  up: 'up',
  connecting: 'connecting',
  down: 'down',
  asleep: 'asleep',
};

/** What the state of an external region means: somebody else's NATS servers. */
export function externalMeans(state: SeenState): string {
  if (state === 'up')
    return "Somebody else's NATS servers, which take clients. How many they have is not known here.";
  if (state === 'draining')
    return 'No new clients are sent there; those who are there stay until they leave.';
  return "Somebody else's NATS servers, which take no clients now: these go to the other regions.";
}
