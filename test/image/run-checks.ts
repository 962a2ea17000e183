// Runs the checks one after the other, and tells each as it ends.

import { styleText } from 'node:util';
import type { Check, ImageUnderTest } from './check.ts';

export interface Outcome {
  readonly check: Check;
  /** Undefined when the sentence is true of the image. */
  readonly failure: Error | undefined;
}

export async function runChecks(
  checks: readonly Check[],
  image: ImageUnderTest,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const check of checks) {
    signal.throwIfAborted();
    const begin = performance.now();
    const seen = await check.run(image).catch((error: unknown) => asError(error));
    signal.throwIfAborted();
    const seconds = `${((performance.now() - begin) / 1000).toFixed(1)} s`.padStart(6);
    const failure = seen instanceof Error ? seen : undefined;
    outcomes.push({ check, failure });
    const mark = failure === undefined ? styleText('green', 'ok    ') : styleText('red', 'FAILED');
    console.log(
      `${mark} ${styleText('dim', seconds)}  ${check.name}${failure === undefined ? `: ${seen as string}` : ''}`,
    );
    if (failure !== undefined) console.log(indent(failure.message));
  }
  return outcomes;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function indent(text: string): string {
  return text.replace(/^/gm, '               ');
}
