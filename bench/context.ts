// What every benchmark is given.

import type { BenchResult } from './result.ts';

export interface Context {
  readonly rounds: number;
  /** Fewer sizes and clients, shorter runs: to see whether everything works. */
  readonly quick: boolean;
  /** Path of the nats-server program. */
  readonly natsServer: string;
  /** Aborted when the run is to end early. */
  readonly signal: AbortSignal;
  /** Folder for CPU profiles of the stacks' and the clients' processes. */
  readonly profile: string | undefined;
  /** Where its processes run, as a command that runs another one there. Absent: where this one does. */
  readonly enter?: readonly string[];
  /** A line for people, about what is done now. */
  readonly progress: (text: string) => void;
}

export type Benchmark = (context: Context) => Promise<BenchResult>;
