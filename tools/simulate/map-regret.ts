// Classes of regret on the map. The colours go from calm to alarming and stay apart for the colour-blind.

import type { Choice } from './score.ts';

export interface RegretClass {
  readonly title: string;
  /** Regrets below this, ms, and not in the class before. */
  readonly belowMs: number;
  readonly colour: string;
  /** Pixels. */
  readonly radius: number;
}

const WORST: RegretClass = {
  title: '50 ms or more',
  belowMs: Number.POSITIVE_INFINITY,
  colour: '#8e1b4c',
  radius: 7,
};

/** What a client is not likely to notice is in the first two. */
export const REGRET_CLASSES: readonly RegretClass[] = [
  { title: 'best region', belowMs: Number.MIN_VALUE, colour: '#2583a8', radius: 5 },
  { title: 'under 5 ms', belowMs: 5, colour: '#8fc1b5', radius: 5 },
  { title: '5 to 20 ms', belowMs: 20, colour: '#f0b429', radius: 6 },
  { title: '20 to 50 ms', belowMs: 50, colour: '#e2622b', radius: 6.5 },
  WORST,
];

const NOTICED_MS = 5;

export function classOf({ regretMs }: Pick<Choice, 'regretMs'>): RegretClass {
  return REGRET_CLASSES.find(({ belowMs }) => regretMs < belowMs) ?? WORST;
}

/** Whether the regret is worth a line that shows where the client went. */
export function isBad({ regretMs }: Choice): boolean {
  return regretMs >= NOTICED_MS;
}
