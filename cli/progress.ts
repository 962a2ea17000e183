// Progress of what takes a while: on a terminal one line that is overwritten, elsewhere a line for each change.

import { USUAL_WIDTH } from './wrap.ts';

const BAR_CELLS = 20;

/** Where progress goes. */
export interface ProgressOut {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  /**
   * @param share from 0 to 1; undefined if it is unknown: then there is no bar, which would claim one
   * @param seconds how long it takes at most: on a terminal only, elsewhere each second would be a line
   */
  show(words: string, share: number | undefined, seconds?: number): void;
  /** Ends the line of a terminal. */
  end(): void;
}

export function progressOn(out: ProgressOut): Progress {
  let last = '';
  return {
    show: (words, share, seconds) => {
      const bar = share === undefined ? '' : `${barOf(share)} `;
      const left = seconds === undefined ? '' : `, ${seconds} s at most`;
      // A line that is too long for the terminal could not be overwritten.
      const line = out.isTTY ? `${bar}${words}${left}`.slice(0, (out.columns || USUAL_WIDTH) - 1) : words;
      if (line === last) return;
      last = line;
      out.write(out.isTTY ? `\r\u001b[2K${line}` : `${line}\n`);
    },
    end: () => {
      if (out.isTTY) out.write('\n');
    },
  };
}

function barOf(share: number): string {
  const full = Math.floor(Math.min(Math.max(share, 0), 1) * BAR_CELLS);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_CELLS - full)}]`;
}
