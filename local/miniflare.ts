// Starts miniflare, and undoes what miniflare (5.20261117) does to a process besides running workerd.

import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { Miniflare } from 'miniflare';
import { type Closeable, withTeardown } from './teardown.ts';

export interface StartedMiniflare extends Closeable {
  readonly miniflare: Miniflare;
  readonly url: URL;
}

export interface MiniflareSurroundings {
  /** Told the id of every workerd that it starts, those that replace a crashed one included. */
  readonly onProcess?: (pid: number) => void;
  /** Where its temporary files go. Default: the system's folder for them. */
  readonly folder?: string;
}

/** Returns once workerd runs. */
export function startMiniflare(
  settings: ConstructorParameters<typeof Miniflare>[0],
  { onProcess = () => {}, folder = tmpdir() }: MiniflareSurroundings = {},
): Promise<StartedMiniflare> {
  return withTeardown(async (undo) => {
    undo.defer(watchSpawns('workerd', onProcess));
    const miniflare = withTemporaryFolder(folder, () => withoutSignalHooks(() => new Miniflare(settings)));
    // Also if it does not start: by then it has created a folder.
    undo.defer(() => miniflare.dispose());
    return { miniflare, url: await miniflare.ready };
  });
}

/** Node publishes every child process here when it is created, before it has an id. */
const CHANNEL = 'child_process';

/**
 * From now on reports the id of every process of this program that the current one starts, also of those that a
 * library does not expose. Returns a function that ends it.
 */
function watchSpawns(program: string, tell: (pid: number) => void): () => void {
  const listener = (message: unknown) => {
    const { process: child } = message as { readonly process: ChildProcess };
    child.once('spawn', () => {
      if (child.pid !== undefined && basename(child.spawnfile) === program) tell(child.pid);
    });
  };
  subscribe(CHANNEL, listener);
  return () => void unsubscribe(CHANNEL, listener);
}

/** Miniflare asks for the system's folder when it is created. */
function withTemporaryFolder<T>(folder: string, create: () => T): T {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    return create();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `create` and removes the signal listeners that it added: they end the process at once, even in the middle of an
 * orderly stop. What miniflare does at exit is kept.
 */
function withoutSignalHooks<T>(create: () => T): T {
  const before = SIGNALS.map((signal) => new Set(process.listeners(signal)));
  const created = create();
  for (const [index, signal] of SIGNALS.entries()) {
    for (const listener of process.listeners(signal)) {
      if (!before[index]?.has(listener)) process.removeListener(signal, listener);
    }
  }
  return created;
}
