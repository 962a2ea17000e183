// How a run ended, and what of its time was not measured: a figure is only as good as that.

/** A time in which nothing was measured that should have been: milliseconds since the first sample. */
export interface Unmeasured {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How the run ended. */
export interface Ending {
  /**
   * - `finished`: k6 ended by itself, in its time
   * - `interrupted`: by Ctrl-C
   * - `cut-off`: k6 was still busy long after its time, and was ended
   * - `failed`: k6 ended with an error of its own
   */
  readonly kind: 'finished' | 'interrupted' | 'cut-off' | 'failed';
  /** How long the script meant to measure, ms; null if it does not say. */
  readonly plannedMs: number | null;
  /** From the start of k6 to its end, ms. */
  readonly ranMs: number;
  /** Iterations that k6 had to interrupt; null if its summary does not say. */
  readonly interruptedIterations: number | null;
  /** Messages that had neither arrived nor were counted as missing when k6 was ended. Absent of none, and where it is unknown. */
  readonly underWay?: number;
  /** Samples that k6 could not write, as on a full disk: the figures lack them. Absent without any. */
  readonly lostSamples?: number;
  /** That its samples were gone at the end, as with their folder: nobody knows what it measured. Absent if they were not. */
  readonly samplesVanished?: true;
  /** The script's error that k6 failed with; absent without one. Where no user had begun, it is that of `setup()`. */
  readonly failedBecause?: string;
  /** What the script could not do beside its load, such as an edit of the target, in its words. Absent of nothing. */
  readonly undone?: readonly string[];
  /** Edits of the target that may still stand, such as `eeur.drain=true`. Absent without any. */
  readonly leftEdits?: readonly string[];
  /** How late k6 got to what was due, ms at most, where that was too late too often. Absent where it kept to its schedule. */
  readonly generatorLateMs?: number;
  /** The share of the CPU time that k6 could have had that it used at its peak, 0 to 1; null if unknown. */
  readonly generatorCpuShare: number | null;
}

/** Whether k6 failed before any user had begun: then nothing was measured, and nothing can be said. */
export function neverBegan({ kind, failedBecause, interruptedIterations }: Ending): boolean {
  return kind === 'failed' && failedBecause !== undefined && interruptedIterations === null;
}
