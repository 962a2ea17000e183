// What one run measures, with what, and as it was asked for.

import type { Binary } from '../../local/binaries/binary-spec.ts';
import type { Interrupts } from './interrupts.ts';
import type { TargetFacts } from './preflight.ts';
import type { Script } from './scripts.ts';
import type { Target } from './target.ts';

/** The command's options. */
export interface RunOptions {
  readonly url?: string;
  readonly profile: string;
  readonly regions?: readonly string[];
  readonly report?: string;
  readonly site?: string;
  readonly wan?: true;
  readonly k6?: string;
  readonly env?: readonly string[];
}

export interface Measurement {
  readonly script: Script;
  readonly options: RunOptions;
  readonly k6: Binary;
  readonly target: Target;
  readonly facts: TargetFacts;
  readonly folder: string;
  readonly interrupts: Interrupts;
}
