// The knee of a throughput run in words.

import { formatCount } from './format-value.ts';
import type { Knee } from './summary.ts';

export function kneeText({ size, rate, reached, later, isBrief }: Knee): string {
  const again = later === undefined ? '' : `; ${formatCount(later)}/s was${rate === null ? '' : ' again'}`;
  if (rate === null) return `${formatCount(size)} bytes: not even the lowest rate was sustained${again}`;
  const through = isBrief ? 'went through, for too short a time to say that it is sustained' : 'sustained';
  const beyond = reached
    ? `${through}, the next step ${isBrief ? 'did not' : 'not'}`
    : `${through}, and no more was offered`;
  return `${formatCount(size)} bytes: ${formatCount(rate)}/s ${beyond}${again}`;
}
