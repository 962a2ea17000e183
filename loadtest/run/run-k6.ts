// Runs k6 from its start to its end, whatever it does: reads what it says, watches its time and its CPU, and passes
// Ctrl-C on to it.

import type { Ending } from '../report/ending.ts';
import { BUSY_SHARE, CpuMeter } from './generator-cpu.ts';
import type { Interrupts } from './interrupts.ts';
import { K6Output, type K6Said } from './k6-output.ts';
import { type K6Command, K6Process } from './k6-process.ts';
import { EXIT } from './loadtest-error.ts';
import { ProgressLines } from './progress-lines.ts';
import type { Requirements } from './requirements.ts';
import { Watchdog } from './watchdog.ts';

export interface K6Ended {
  readonly exitCode: number;
  readonly ending: Ending;
  readonly said: K6Said;
}

/** What k6 is run with, besides its command. */
export interface K6Surroundings {
  readonly requirements: Requirements;
  readonly interrupts: Interrupts;
  /** Ends k6's connections from the other side, if that may be done. Called with the id of k6's process. */
  readonly disconnect: (k6: number) => void;
  readonly progress: (step: string) => void;
}

export async function runK6(
  command: K6Command,
  { requirements, interrupts, disconnect: disconnectFrom, progress }: K6Surroundings,
): Promise<K6Ended> {
  const startedAt = performance.now();
  const output = new K6Output();
  const out = new ProgressLines(process.stdout);
  const say = (step: string) => {
    out.close();
    progress(step);
  };
  let toldOfLoss = false;
  const k6 = new K6Process(command, (line, from) => {
    const kind = output.read(line);
    if (output.hasBegun) watchdog.begun();
    if (kind === 'lost') {
      if (!toldOfLoss) say(lossWords(output.said));
      toldOfLoss = true;
    } else if (from === 'stdout') out.show(line, kind);
    else say(line);
  });
  const disconnect = () => {
    if (k6.pid !== undefined) disconnectFrom(k6.pid);
  };
  const watchdog = new Watchdog(requirements, {
    stop: () => {
      say(
        'k6 is still busy long after its time, and is asked to end; the report of what was measured follows',
      );
      k6.stop();
    },
    disconnect,
    kill: () => {
      say('k6 does not end, and is killed');
      k6.kill();
    },
  });
  const meter = k6.pid === undefined ? undefined : new CpuMeter(k6.pid, (share) => say(busyWords(share)));
  const stop = () => {
    say('\nstopping k6; the report of what was measured follows (Ctrl-C again ends at once)');
    watchdog.stopped();
    k6.stop();
  };
  const kill = () => k6.kill();
  interrupts.stop.addEventListener('abort', stop);
  interrupts.now.addEventListener('abort', kill);
  try {
    const exitCode = await k6.exited;
    const { said } = output;
    return {
      exitCode,
      said,
      ending: {
        kind: kindOf(exitCode, watchdog.hasCut, interrupts.stop.aborted),
        plannedMs: requirements.plannedMs,
        ranMs: Math.round(performance.now() - startedAt),
        interruptedIterations: said.interruptedIterations,
        ...(said.lostSamples > 0 && { lostSamples: said.lostSamples }),
        generatorCpuShare: meter?.stop() ?? null,
      },
    };
  } finally {
    out.close();
    meter?.stop();
    watchdog.end();
    interrupts.stop.removeEventListener('abort', stop);
    interrupts.now.removeEventListener('abort', kill);
  }
}

/** Whoever asked first is the cause: a k6 that had to be killed after Ctrl-C was interrupted all the same. */
function kindOf(exitCode: number, wasCut: boolean, wasInterrupted: boolean): Ending['kind'] {
  if (wasInterrupted) return 'interrupted';
  if (wasCut) return 'cut-off';
  return exitCode === EXIT.ok || exitCode === EXIT.thresholdsCrossed ? 'finished' : 'failed';
}

function lossWords({ lostBecause }: K6Said): string {
  return `k6 cannot write its samples (${lostBecause}): the figures lack what it measures from here on`;
}

function busyWords(share: number): string {
  return `k6 itself uses ${Math.round(share * 100)}% of the CPU (beyond ${Math.round(BUSY_SHARE * 100)}% it may be what is slow): the figures may be its own, not the edge's`;
}
