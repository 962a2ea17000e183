// How much of the CPU k6 itself used, of what it can use: beyond some share it measures itself, not the edge. A virtual
// user is one thread at a time, which Go moves between the threads of the system, so these tell nothing: what can be used
// is a core for each user, up to those that there are. Linux only: elsewhere the system does not tell cheaply.

import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';

export interface CpuSample {
  /** Of a clock that only grows. */
  readonly atMs: number;
  /** CPU time used until then by all threads of the process. */
  readonly usedMs: number;
}

/** The CPU is looked at over this long: a shorter peak does no harm. */
const WINDOW_MS = 5_000;

const SAMPLE_EVERY_MS = 1_000;

/** From here on what it measures is no longer sure: its own threads wait for a core, or its users for their thread. */
export const BUSY_SHARE = 0.85;

/** Cores that k6 can use. @param users virtual users */
export function usableCores(users: number, cores = availableParallelism()): number {
  return Math.max(1, Math.min(users, cores));
}

/** Linux counts in hundredths of a second, on every processor. */
const TICK_MS = 10;

/**
 * The highest share, 0 to 1, of the time of the cores that was used in a window. Null without two samples.
 *
 * @param samples in the order of time
 */
export function peakShare(samples: readonly CpuSample[], cores: number, windowMs = WINDOW_MS): number | null {
  let peak: number | null = null;
  let first = 0;
  for (const [index, sample] of samples.entries()) {
    // The window is the shortest that is long enough; at the start all that there is.
    while (first + 1 < index && sample.atMs - (samples[first + 1]?.atMs ?? 0) >= windowMs) first += 1;
    const since = samples[first];
    const isLong = since !== undefined && sample.atMs - since.atMs >= windowMs;
    const isAll = index === samples.length - 1 && first === 0;
    if (since === undefined || since === sample || !(isLong || isAll)) continue;
    const share = (sample.usedMs - since.usedMs) / (sample.atMs - since.atMs) / cores;
    peak = Math.max(peak ?? 0, Math.min(1, share));
  }
  return peak;
}

/** The CPU time of a process, of what /proc/PID/stat says; its name may hold spaces and brackets. */
export function cpuTimeOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

export class CpuMeter {
  readonly #pid: number;
  readonly #cores: number;
  readonly #samples: CpuSample[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #onBusy: (share: number) => void;
  #wasBusy = false;

  /**
   * @param cores that the process can use
   * @param onBusy called once, when the process used nearly all of them for seconds
   */
  constructor(pid: number, cores: number, onBusy: (share: number) => void) {
    this.#pid = pid;
    this.#cores = cores;
    this.#onBusy = onBusy;
    this.#timer = setInterval(() => void this.#sample(), SAMPLE_EVERY_MS);
    void this.#sample();
  }

  /** Ends it. @returns the share at its peak, null if unknown */
  stop(): number | null {
    clearInterval(this.#timer);
    return peakShare(this.#samples, this.#cores);
  }

  async #sample(): Promise<void> {
    // It may be gone, and there may be no /proc.
    const stat = await readFile(`/proc/${this.#pid}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined) return;
    this.#samples.push({ atMs: performance.now(), usedMs: cpuTimeOf(stat) });
    const recent = this.#samples.slice(-(WINDOW_MS / SAMPLE_EVERY_MS + 1));
    const share = recent.length > WINDOW_MS / SAMPLE_EVERY_MS ? peakShare(recent, this.#cores) : null;
    if (share === null || share < BUSY_SHARE || this.#wasBusy) return;
    this.#wasBusy = true;
    this.#onBusy(share);
  }
}
