// Starts a stack in a process of its own.

import { fileURLToPath } from 'node:url';
import { type Closeable, withTeardown } from '../../local/teardown.ts';
import { type Child, startChild } from '../child.ts';
import type { Context } from '../context.ts';
import type { Credentials, StackRequest } from './contestant.ts';
import type { StackMethods } from './process.ts';

const FILE = fileURLToPath(new URL('process.ts', import.meta.url));

export interface Contestant extends Closeable {
  /** Its name in the results. */
  readonly name: string;
  readonly url: string;
  /** Ids of its regions, if it has any. */
  readonly regions: readonly string[];
  /** Of a stack with an operator. */
  readonly credentials: Credentials | undefined;
  readonly steps: Readonly<Record<string, number>>;
  /** From the request to the running stack, without the start of the process. */
  readonly startMs: number;
  readonly child: Child<StackMethods>;
}

export function startContestant(
  name: string,
  request: Omit<StackRequest, 'natsServer'>,
  { signal, profile, natsServer, enter }: Context,
): Promise<Contestant> {
  return withTeardown(async (undo) => {
    const child = startChild<StackMethods>({ file: FILE, signal, profile, enter });
    undo.defer(child.close);
    // The process is up once it answers anything.
    await child.call.usage();
    const started = performance.now();
    const { url, steps, credentials, regions = [] } = await child.call.start({ ...request, natsServer });
    return { name, url, regions, credentials, steps, startMs: performance.now() - started, child };
  });
}

/** Starts several, one after another, and stops them when `use` is done with them. */
export async function withContestants<T>(
  requests: Readonly<Record<string, Omit<StackRequest, 'natsServer'>>>,
  context: Context,
  use: (contestants: readonly Contestant[]) => Promise<T>,
): Promise<T> {
  await using undo = new AsyncDisposableStack();
  const started: Contestant[] = [];
  for (const [name, request] of Object.entries(requests)) {
    context.progress(`starting ${name}`);
    const contestant = await startContestant(name, request, context);
    undo.defer(contestant.close);
    started.push(contestant);
  }
  return await use(started);
}
