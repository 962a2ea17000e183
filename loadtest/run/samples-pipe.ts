// Takes k6's samples while it runs, and writes them compressed. A k6 that has to be killed loses what it holds back itself:
// into a `.gz` of its own it holds back some hundred samples, which are the last seconds of a quiet run and all that is
// counted at its end. Into a named pipe it writes everything five times a second.

import { execFile } from 'node:child_process';
import { closeSync, constants, createWriteStream, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import { LoadtestError } from './loadtest-error.ts';

const LINE_END = 0x0a;

/** Samples that are in no file. */
export interface LostSamples {
  /** At least so many. */
  readonly count: number;
  /** In the system's words; null where none are lost. */
  readonly because: string | null;
}

export class SamplesPipe {
  /** For k6 to write to. */
  readonly path: string;
  readonly #folder: string;
  readonly #reader: Socket;
  /** While it is open, a k6 that has not begun, or is gone, is no end of the samples. */
  readonly #keptOpen: number;
  readonly #over: Promise<void>;
  #lost: LostSamples = { count: 0, because: null };

  private constructor(folder: string, file: string, failed: (because: string) => void) {
    this.#folder = folder;
    this.path = pipeIn(folder);
    this.#reader = new Socket({
      fd: openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK),
      readable: true,
      writable: false,
    });
    this.#keptOpen = openSync(this.path, constants.O_WRONLY | constants.O_NONBLOCK);
    const gzip = createGzip();
    const written = pipeline(gzip, createWriteStream(file)).catch((error: Error) => {
      this.#lost = { count: this.#lost.count, because: error.message };
      failed(error.message);
      this.#reader.resume();
    });
    gzip.on('drain', () => this.#reader.resume());
    this.#reader.on('data', (chunk: Buffer) => {
      // Also what nobody can write is read: k6 would wait for it, and never end.
      if (this.#lost.because !== null)
        this.#lost = { ...this.#lost, count: this.#lost.count + linesIn(chunk) };
      else if (!gzip.write(chunk)) this.#reader.pause();
    });
    const ended = new Promise<void>((resolve) => {
      this.#reader.once('close', () => {
        gzip.end();
        resolve();
      });
    });
    this.#over = Promise.all([ended, written]).then(() => {});
    process.once('exit', this.#remove);
  }

  /**
   * @param file that gets them
   * @param failed told once, in the system's words, when it cannot be written any more
   */
  static async open(file: string, failed: (because: string) => void): Promise<SamplesPipe> {
    const folder = mkdtempSync(join(tmpdir(), 'meridian-samples-'));
    try {
      await promisify(execFile)('mkfifo', ['-m', '600', pipeIn(folder)]);
      return new SamplesPipe(folder, file, failed);
    } catch (cause) {
      rmSync(folder, { recursive: true, force: true });
      throw new LoadtestError(
        `cannot make a named pipe in ${tmpdir()} for k6's samples: ${(cause as Error).message}`,
        undefined,
        { cause },
      );
    }
  }

  /** k6 has ended. @returns what of its samples is not in the file, once all others are */
  async end(): Promise<LostSamples> {
    closeSync(this.#keptOpen);
    await this.#over;
    process.off('exit', this.#remove);
    this.#remove();
    return this.#lost;
  }

  readonly #remove = (): void => {
    rmSync(this.#folder, { recursive: true, force: true });
  };
}

function pipeIn(folder: string): string {
  return join(folder, 'samples.json');
}

function linesIn(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(LINE_END); at !== -1; at = chunk.indexOf(LINE_END, at + 1)) count += 1;
  return count;
}
