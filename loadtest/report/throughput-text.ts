// The knee of a throughput run in words.

import { formatCount } from './format-value.ts';
import type { Knee } from './summary.ts';

export function kneeText({ size, rate, reached, later }: Knee): string {
  const again = later === undefined ? '' : `; ${formatCount(later)}/s was${rate === null ? '' : ' again'}`;
  if (rate === null) return `${formatCount(size)} bytes: not even the lowest rate was sustained${again}`;
  const beyond = reached ? 'sustained, the next step not' : 'sustained, and no more was offered';
  return `${formatCount(size)} bytes: ${formatCount(rate)}/s ${beyond}${again}`;
}
