// All checks of the image, in the order in which they run.

import type { Check } from '../check.ts';
import { CONFINEMENT } from './confinement.ts';
import { CREDENTIALS } from './credentials.ts';
import { REFUSING } from './refusals.ts';
import { SIGNALS } from './signals.ts';
import { STREAMS } from './streams.ts';
import { VARIABLES } from './variables.ts';

export const CHECKS: readonly Check[] = [
  ...CONFINEMENT,
  ...VARIABLES,
  ...REFUSING,
  ...CREDENTIALS,
  ...SIGNALS,
  ...STREAMS,
];
