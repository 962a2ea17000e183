// What k6 says while it runs, which stands nowhere else: that its users have begun, how many iterations it interrupted,
// how many samples it could not write, what ended the script.

import { scriptErrorOf } from './requirements.ts';

/** How far k6 has come, by its own words. */
export interface K6Said {
  /** Of the latest line of progress; null before the first. */
  readonly interruptedIterations: number | null;
  /** That k6 could not write, as on a full disk: the figures lack them. */
  readonly lostSamples: number;
  /** Why, in the system's words. */
  readonly lostBecause: string | null;
  /** Of the script, the latest that nothing in it has caught; null without one. */
  readonly scriptError: string | null;
  /** What the script could not do beside its load, each once. */
  readonly undone: readonly string[];
}

/** `running (0m04.0s), 2/2 VUs, 0 complete and 0 interrupted iterations`; only once setup() is over. */
const PROGRESS = /^running \(.*?\), .*?\b(\d+) interrupted iterations/;

const LOST = /Sample\(s\) couldn't be marshalled.*?\berror="((?:[^"\\]|\\.)*)".*?\bfailed=(\d+)/;

/** An error that ends `setup()`, `teardown()` or an iteration. */
const SCRIPT_ERROR = /\blevel=error (?:msg="Uncaught \(in promise\)|.*\bhint="script exception")/;

/** Of lib/note-failure.js. */
const UNDONE = /\blevel=error msg=("(?:disturb|journal): (?:[^"\\]|\\.)*") source=console/;

/** Scenarios that k6 draws a bar for, below the line of progress. */
const BAR = /^\S+ +[^[]*\[ *\d+% \]/;

/** Of lib/lateness.js. */
const LATE = /\blevel=warning msg="k6 gets to what is due more than a second late/;

export type Line = 'progress' | 'bar' | 'lost' | 'late' | 'other';

export class K6Output {
  #said: K6Said = {
    interruptedIterations: null,
    lostSamples: 0,
    lostBecause: null,
    scriptError: null,
    undone: [],
  };

  get said(): K6Said {
    return this.#said;
  }

  /** Whether users have begun, or even ended. */
  get hasBegun(): boolean {
    return this.#said.interruptedIterations !== null;
  }

  /** Takes a line of either output, without its end. */
  read(line: string): Line {
    const interrupted = PROGRESS.exec(line)?.[1];
    if (interrupted !== undefined) {
      this.#said = { ...this.#said, interruptedIterations: Number(interrupted) };
      return 'progress';
    }
    const [, because, failed] = LOST.exec(line) ?? [];
    if (failed !== undefined) {
      const lostSamples = this.#said.lostSamples + Number(failed);
      this.#said = { ...this.#said, lostSamples, lostBecause: because ?? null };
      return 'lost';
    }
    if (SCRIPT_ERROR.test(line)) this.#said = { ...this.#said, scriptError: scriptErrorOf(line) };
    const undone = UNDONE.exec(line)?.[1];
    if (undone !== undefined)
      this.#said = { ...this.#said, undone: withText(this.#said.undone, JSON.parse(undone) as string) };
    if (LATE.test(line)) return 'late';
    return BAR.test(line) ? 'bar' : 'other';
  }
}

/** A script says the same for each of its users. */
function withText(texts: readonly string[], text: string): readonly string[] {
  return texts.includes(text) ? texts : [...texts, text];
}
