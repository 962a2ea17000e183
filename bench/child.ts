// Separate processes for what is measured and what measures it, so that neither slows the other's event loop. A child's
// methods are called over Node's IPC channel, by birpc; when this process ends, for whatever reason, the channel closes
// and the child stops everything it started.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type BirpcReturn, createBirpc } from 'birpc';
import type { Closeable } from '../local/teardown.ts';

/** A method takes and returns plain data. */
export type Methods = Readonly<Record<string, (...params: never) => unknown>>;

export interface Child<M extends Methods> extends Closeable {
  readonly pid: number;
  /** Its methods. A call fails when the child ends, when it takes too long, and when it is interrupted. */
  readonly call: BirpcReturn<M>;
}

export interface ChildOptions {
  /** The module that calls `serveParent`. */
  readonly file: string;
  /** A command that runs the one that follows it, such as in another network namespace. Absent: none is needed. */
  readonly enter?: readonly string[] | undefined;
  /** Folder for its CPU profile. */
  readonly profile?: string | undefined;
  /** Ends calls that wait; the child itself is ended by `close`. */
  readonly signal: AbortSignal;
}

/** The longest call, connecting thousands of clients, takes a tenth of this: what takes longer has stalled. */
const CALL_TIMEOUT_MS = 180_000;

/** Starts a child; it answers calls from the first on. */
export function startChild<M extends Methods>({ file, enter = [], profile, signal }: ChildOptions): Child<M> {
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const [execPath = process.execPath, ...entering] = [...enter, process.execPath];
  const child = fork(file, {
    execPath,
    execArgv: [...entering, ...profiling],
    // A group of its own: Ctrl-C in a terminal reaches the parent only, which stops things in order.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const call = createBirpc<M>(
    {},
    {
      post: (message) => child.send(message),
      on: (receive) => void child.on('message', receive),
      timeout: CALL_TIMEOUT_MS,
      onTimeoutError: (method) => {
        throw new Error(`${method}: no answer within ${CALL_TIMEOUT_MS / 1000} s`);
      },
    },
  );
  const exited = once(child, 'exit').then(([code, by]) => {
    call.$close(new Error(`${file} ended (${by ?? `exit code ${code}`})`));
  });
  const interrupt = () => call.$close(new Error('interrupted'));
  signal.addEventListener('abort', interrupt);
  if (signal.aborted) interrupt();
  return {
    pid: child.pid ?? 0,
    call,
    /** Lets it stop in order and returns when it is gone. */
    close: async () => {
      signal.removeEventListener('abort', interrupt);
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** In the child: answers calls until the parent disconnects or is gone, then calls `close` and exits. */
export function serveParent(methods: Methods, close: () => Promise<void>): void {
  createBirpc<object, Methods>(Object.fromEntries(Object.entries(methods).map(withName)), {
    // The parent may have ended during a call.
    post: (message) => void (process.connected && process.send?.(message)),
    on: (receive) => void process.on('message', receive),
  });
  process.once('disconnect', () => {
    void close().then(
      () => process.exit(),
      (error: unknown) => {
        console.error(textOf(error));
        process.exit(1);
      },
    );
  });
  process.on('SIGTERM', () => process.disconnect());
}

/** A method whose errors say its name. */
function withName([name, method]: readonly [string, Methods[string]]): readonly [string, Methods[string]] {
  const named = async (...params: never): Promise<unknown> => {
    try {
      return await method(...params);
    } catch (error) {
      throw new Error(`${name}: ${textOf(error)}`);
    }
  };
  return [name, named];
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}
