// Shows what k6 writes. k6 writes to a pipe, so that it can be read, and so draws no bars that move: on a terminal each
// of its lines of progress takes the place of the one before; elsewhere all lines are passed on.

import type { Line } from './k6-output.ts';

/** To the start of the line, and clear it. */
const CLEAR = '\r\x1b[2K';

type Terminal = Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;

export class ProgressLines {
  readonly #out: Terminal;
  /** The cursor stands behind a line of progress. */
  #isOpen = false;

  constructor(out: Terminal) {
    this.#out = out;
  }

  show(line: string, kind: Line): void {
    if (!this.#out.isTTY) {
      this.#out.write(`${line}\n`);
    } else if (kind === 'progress') {
      this.#out.write(`${CLEAR}${line}`);
      this.#isOpen = true;
    } else if (!this.#isOpen) {
      this.#out.write(`${line}\n`);
    } else if (kind === 'other' && line !== '') {
      this.close();
      this.#out.write(`${line}\n`);
    }
  }

  /** What is written next begins on a line of its own. */
  close(): void {
    if (this.#isOpen) this.#out.write('\n');
    this.#isOpen = false;
  }
}
