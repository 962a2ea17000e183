// Text that arrives over time, such as a log or a socket's bytes, and how a test waits for something in it.

import { withTimeout } from '../../../waiting/with-timeout.ts';

/** Long for a loaded machine; most of what is awaited takes a fraction of a second. */
const DEADLINE_MS = 15_000;

/** For whole tests: a deadline, which says what was awaited, comes first. */
export const TEST_TIMEOUT_MS = 3 * DEADLINE_MS;

/** Resolves as `awaited` does; rejects with `problem()` when that takes too long. */
export function withDeadline<T>(awaited: Promise<T>, problem: () => string): Promise<T> {
  return withTimeout(awaited, DEADLINE_MS, () => `${problem()} within ${DEADLINE_MS} ms`);
}

export class Transcript {
  readonly #source: string;
  #text = '';
  #ended = false;
  #onChange: (() => void)[] = [];

  /** @param source what wrote the text, for messages. */
  constructor(source: string) {
    this.#source = source;
  }

  get text(): string {
    return this.#text;
  }

  append(text: string): void {
    this.#text += text;
    this.#changed();
  }

  end(): void {
    this.#ended = true;
    this.#changed();
  }

  /** Resolves with the first match; rejects, showing the text, when it ends or the deadline comes without one. */
  async match(pattern: RegExp): Promise<RegExpExecArray> {
    const problem = () => `${this.#source} did not write ${pattern}, only:\n${this.#text}\n`;
    for (;;) {
      const match = pattern.exec(this.#text);
      if (match !== null) return match;
      if (this.#ended) throw new Error(problem());
      await withDeadline(new Promise<void>((resolve) => this.#onChange.push(resolve)), problem);
    }
  }

  #changed(): void {
    for (const resolve of this.#onChange.splice(0)) resolve();
  }
}
