// The last lines that a container wrote, kept to be shown in case something goes wrong.

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Enough to see a refused configuration or a crash with its stack. */
const KEPT_LINES = 200;

/** A ring of lines, and where else to send each line. */
export class OutputLog {
  readonly #lines: string[] = [];
  readonly #onLine: (line: string) => void;

  constructor(onLine: (line: string) => void = () => {}) {
    this.#onLine = onLine;
  }

  follow(stream: Readable): void {
    createInterface({ input: stream }).on('line', (line) => {
      this.#lines.push(line);
      if (this.#lines.length > KEPT_LINES) this.#lines.shift();
      this.#onLine(line);
    });
  }

  tail(count: number): readonly string[] {
    return this.#lines.slice(-count);
  }
}
