// A process of its own for whatever is measured and whatever measures it, so that neither slows the other's event
// loop. Methods are called over Node's IPC channel; when this process goes, however it goes, the channel closes and
// the child stops everything it started.

import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A method takes and returns plain data. */
export type Methods = Readonly<Record<string, (params: never) => Promise<unknown>>>;

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

export interface Child<M extends Methods> {
  readonly pid: number;
  call<K extends keyof M & string>(
    method: K,
    params: Parameters<M[K]>[0],
  ): Promise<Awaited<ReturnType<M[K]>>>;
  /** Lets it stop in order and returns when it is gone. */
  close(): Promise<void>;
}

export interface ChildOptions {
  /** The module that calls `serveParent`. */
  readonly file: string;
  /** Folder for its CPU profile. */
  readonly profile?: string | undefined;
  /** Ends calls that wait; the child itself is ended by `close`. */
  readonly signal: AbortSignal;
}

/** The longest call, connecting thousands of clients, takes a tenth of this: what takes longer has stalled. */
const CALL_TIMEOUT_MS = 180_000;

/** Starts a child; it answers calls from the first on. */
export function startChild<M extends Methods>({ file, profile, signal }: ChildOptions): Child<M> {
  const child = fork(file, {
    execArgv: profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`],
    // A group of its own: Ctrl-C in a terminal reaches the parent only, which stops things in order.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  let lastId = 0;
  let gone: string | undefined;
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  const failAll = (error: string) => {
    for (const [id, answer] of waiting) answer({ id, error });
    waiting.clear();
  };
  const exited = once(child, 'exit').then(([code, by]) => {
    gone = `${file} ended (${by ?? `exit code ${code}`})`;
    failAll(gone);
  });
  const interrupted = () => failAll('interrupted');
  signal.addEventListener('abort', interrupted);
  return {
    pid: child.pid ?? 0,
    call: async (method, params) => {
      if (gone !== undefined) throw new Error(gone);
      signal.throwIfAborted();
      const id = ++lastId;
      const answer = await new Promise<Answer>((resolve) => {
        const stalled = () => resolve({ id, error: `no answer within ${CALL_TIMEOUT_MS / 1000} s` });
        const timer = setTimeout(stalled, CALL_TIMEOUT_MS);
        waiting.set(id, (received) => {
          clearTimeout(timer);
          resolve(received);
        });
        child.send({ id, method, params } satisfies Call);
      });
      if (answer.error !== undefined) throw new Error(`${method}: ${answer.error}`);
      return answer.value as never;
    },
    close: async () => {
      signal.removeEventListener('abort', interrupted);
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** In the child: answers calls until the parent lets go or is gone, then stops what `close` stops, and exits. */
export function serveParent(methods: Methods, close: () => Promise<void>): void {
  process.on('message', async ({ id, method, params }: Call) => {
    const answer = await run(methods, method, params).then(
      (value): Answer => ({ id, value }),
      (error: unknown): Answer => ({ id, error: textOf(error) }),
    );
    // The parent may have gone while this was at work.
    if (process.connected) process.send?.(answer);
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

async function run(methods: Methods, name: string, params: unknown): Promise<unknown> {
  const method = methods[name];
  if (method === undefined) throw new Error('there is no such method');
  return method(params as never);
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}
