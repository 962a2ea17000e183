// Replaces `ctx.container`, which workerd has only with a container engine: it starts, exits and answers as a test
// specifies, and records the calls in order.

type Answer = (path: string) => Promise<Response> | Response;

export class FakeContainer {
  running = false;
  /** What it was told: `start`, `signal 2`, `destroy`. */
  readonly told: string[] = [];
  /** How its server answers on any port; by default it is up and empty. */
  answer: Answer = answerOfServer(0);
  /** Whether it ends at once when it is told to. */
  endsOnSignal = true;
  /** Whether it ends as soon as it was started. */
  isBroken = false;
  #end: PromiseWithResolvers<void> | undefined;
  #exitCode = 0;

  start(): void {
    if (this.running) throw new Error('start() cannot be called on a container that is already running.');
    this.told.push('start');
    this.running = true;
    if (this.isBroken) this.end(3);
  }

  /** One at a time: an object that was reset is no longer told of the exit. */
  monitor(): Promise<void> {
    this.#end = Promise.withResolvers();
    // The class looks at it only once the container is up.
    this.#end.promise.catch(() => {});
    if (!this.running) this.end(this.#exitCode);
    return this.#end.promise;
  }

  signal(signal: number): void {
    this.told.push(`signal ${signal}`);
    if (signal === SIGINT && this.endsOnSignal) this.end();
  }

  async destroy(): Promise<void> {
    this.told.push('destroy');
    this.end(137);
  }

  /** The process is gone. For the object's own context only, as what it awaits goes on from here. */
  end(exitCode = 0): void {
    this.running = false;
    this.#exitCode = exitCode;
    if (exitCode === 0) this.#end?.resolve();
    else this.#end?.reject(new Error(`container exited with unexpected exit code: ${exitCode}`));
  }

  getTcpPort(): Pick<Fetcher, 'fetch' | 'connect'> {
    return {
      fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
        if (!this.running) throw new Error('the container is not running');
        const answer = this.answer(new URL(input instanceof Request ? input.url : input).pathname);
        return Promise.race([answer, abortOf(init?.signal)]);
      },
      connect: () => {
        throw new Error('nobody dials routes in this test');
      },
    } as Pick<Fetcher, 'fetch' | 'connect'>;
  }
}

function abortOf(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
}

const SIGINT = 2;

/** The monitoring of a server with so many clients and no routes. */
export function answerOfServer(connections: number): Answer {
  return (path) =>
    path === '/varz'
      ? Response.json({ connections, leafnodes: 0, max_connections: 100, version: '2.15.1' })
      : Response.json({ routes: [] });
}

/** A server whose connections break. */
export const NO_ANSWER: Answer = () => Promise.reject(new Error('no answer'));

/** A server that takes connections and says nothing on them. */
export const HANGS: Answer = () => new Promise(() => {});

/** A server in lame duck mode. */
export const CLOSING: Answer = (path) =>
  path === '/healthz'
    ? Response.json({ error: 'failed to be ready for connections: server, websocket' }, { status: 500 })
    : answerOfServer(1)(path);
