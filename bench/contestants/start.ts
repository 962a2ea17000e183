// Starts a stack in a process of its own.

import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../child.ts';
import type { Context } from '../context.ts';
import type { StackRequest } from './contestant.ts';
import type { StackMethods } from './process.ts';

const FILE = fileURLToPath(new URL('process.ts', import.meta.url));

export interface Contestant {
  /** As it is called in the results. */
  readonly name: string;
  readonly url: string;
  readonly steps: Readonly<Record<string, number>>;
  /** From asking to having, the start of the process not counted. */
  readonly startMs: number;
  readonly child: Child<StackMethods>;
  close(): Promise<void>;
}

export async function startContestant(
  name: string,
  request: Omit<StackRequest, 'natsServer'>,
  { signal, profile, natsServer }: Context,
): Promise<Contestant> {
  const child = startChild<StackMethods>({ file: FILE, signal, profile });
  try {
    // The process is up once it answers anything.
    await child.call('usage', null);
    const started = performance.now();
    const { url, steps } = await child.call('start', { ...request, natsServer });
    const startMs = performance.now() - started;
    return { name, url, steps, startMs, child, close: () => child.close() };
  } catch (error) {
    await child.close();
    throw error;
  }
}

/** Starts several, one after another, and stops them when `use` is done with them. */
export async function withContestants<T>(
  requests: Readonly<Record<string, Omit<StackRequest, 'natsServer'>>>,
  context: Context,
  use: (contestants: readonly Contestant[]) => Promise<T>,
): Promise<T> {
  const started: Contestant[] = [];
  try {
    for (const [name, request] of Object.entries(requests)) {
      context.progress(`starting ${name}`);
      started.push(await startContestant(name, request, context));
    }
    return await use(started);
  } finally {
    await Promise.all(started.map((contestant) => contestant.close()));
  }
}
