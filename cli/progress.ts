// Progress of what takes a while: on a terminal one line that is overwritten, elsewhere a line for each change.

const BAR_CELLS = 30;

/** Where progress goes. */
export interface ProgressOut {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface Progress {
  /** @param share from 0 to 1; undefined if it is unknown: then there is no bar, which would claim one */
  show(words: string, share: number | undefined): void;
  /** Ends the line of a terminal. */
  end(): void;
}

export function progressOn(out: ProgressOut): Progress {
  let last = '';
  return {
    show: (words, share) => {
      if (words === last) return;
      last = words;
      const drawn = share === undefined ? '' : `${barOf(share)} `;
      out.write(out.isTTY ? `\r\u001b[2K${drawn}${words}` : `${words}\n`);
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
