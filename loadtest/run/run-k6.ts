// Runs k6 from its start to its end, whatever it does: reads what it says, watches its time and its CPU, and passes
// Ctrl-C on to it.

import type { Ending } from '../report/ending.ts';
import { CpuMeter, usableCores } from './generator-cpu.ts';
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
  /** Gets each line that k6 writes. */
  readonly heard: (line: string) => void;
}

export async function runK6(
  command: K6Command,
  { requirements, interrupts, disconnect: disconnectFrom, progress, heard }: K6Surroundings,
): Promise<K6Ended> {
  const startedAt = performance.now();
  const output = new K6Output();
  const out = new ProgressLines(process.stdout);
  const say = (step: string) => {
    out.close();
    progress(step);
  };
  let toldOfLoss = false;
  let toldOfLateness = false;
  const k6 = new K6Process(command, (line, from) => {
    const kind = output.read(line);
    heard(line);
    if (output.hasBegun) watchdog.begun();
    if (kind === 'lost') {
      if (!toldOfLoss) say(lossWords(output.said.lostBecause));
      toldOfLoss = true;
    } else if (kind === 'late') {
      // Every user says so for itself.
      if (!toldOfLateness) say(LATE_WORDS);
      toldOfLateness = true;
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
  const cores = usableCores(requirements.users);
  const meter =
    k6.pid === undefined
      ? undefined
      : new CpuMeter(k6.pid, cores, (share) => say(busyWords(share, { cores, users: requirements.users })));
  const stop = () => {
    say('\nstopping k6; the report of what was measured follows (Ctrl-C again ends at once)');
    watchdog.stopped();
    k6.stop();
  };
  const kill = () => k6.kill();
  interrupts.stop.addEventListener('abort', stop);
  interrupts.now.addEventListener('abort', kill);
  // What came before there was a k6 to hear of it.
  if (interrupts.stop.aborted) stop();
  if (interrupts.now.aborted) kill();
  try {
    const exitCode = await k6.exited;
    const { said } = output;
    const kind = kindOf(exitCode, watchdog.hasCut, interrupts.stop.aborted);
    return {
      exitCode,
      said,
      ending: {
        kind,
        plannedMs: requirements.plannedMs,
        ranMs: Math.round(performance.now() - startedAt),
        interruptedIterations: said.interruptedIterations,
        ...(said.lostSamples > 0 && { lostSamples: said.lostSamples }),
        ...(said.undone.length > 0 && { undone: said.undone }),
        ...(kind === 'failed' &&
          said.scriptError !== null &&
          !isOfSignal(exitCode) && { failedBecause: said.scriptError }),
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

/** What was killed had no error of its own. k6's own codes are below, and 255. */
function isOfSignal(exitCode: number): boolean {
  return exitCode > 128 && exitCode < 255;
}

/** Whoever asked first is the cause: a k6 that had to be killed after Ctrl-C was interrupted all the same. */
function kindOf(exitCode: number, wasCut: boolean, wasInterrupted: boolean): Ending['kind'] {
  if (wasInterrupted) return 'interrupted';
  if (wasCut) return 'cut-off';
  return exitCode === EXIT.ok || exitCode === EXIT.thresholdsCrossed ? 'finished' : 'failed';
}

const LATE_WORDS =
  'k6 gets to what is due more than a second late: it is this machine that is measured. What helps is a lower rate, more users (CLIENTS, PAIRS), or several k6 (plan --runners)';

/** @param because in the system's words */
export function lossWords(because: string | null): string {
  return `k6 cannot write its samples (${because}): the figures lack what it measures from here on`;
}

/** In the words of what helps: more users where these have too few threads, more machines where it has too few cores. */
function busyWords(
  share: number,
  { cores, users }: { readonly cores: number; readonly users: number },
): string {
  const percent = `${Math.round(share * 100)}%`;
  const isFew = users <= cores;
  const used = isFew
    ? `${percent} of the CPU that ${users === 1 ? 'its one user' : `its ${users} users`} can use, since each is one thread`
    : `${percent} of the CPU`;
  const fix = isFew
    ? 'a lower rate, more users (CLIENTS, PAIRS), or several k6'
    : 'a lower rate, or several k6';
  return `k6 itself uses ${used}: the figures may be its own, not the edge's. What helps is ${fix} (plan --runners)`;
}
