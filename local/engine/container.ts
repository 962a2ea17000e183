// A container as the engine sees it: created, running, exited. Two kinds, as workerd makes them: the app
// (app-container.ts), and its sidecar (sidecar-container.ts), which is only a port.

export type Status = 'created' | 'running' | 'exited';

/** What a container was created with, in Docker's words. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** What both kinds share, which is all that the API needs. */
export interface EngineContainer {
  readonly spec: ContainerSpec;
  readonly status: Status;
  /** Exit code; meaningful once `status` is `exited`. */
  readonly exitCode: number;
  /** Loopback port of the sidecar's proxy; undefined for an app. */
  readonly proxyPort: number | undefined;
  start(): Promise<void>;
  /** Resolves with the exit code; at once when it has exited already. */
  wait(): Promise<number>;
  /** Resolves with the exit code, 0 if it never ran, once it is removed. */
  readonly removed: Promise<number>;
  /** False when it is not running. SIGKILL takes all of its processes. */
  kill(signal: NodeJS.Signals | number): Promise<boolean>;
  /** Ends it and frees all that it holds. */
  remove(): Promise<void>;
}

/** The states of a container, and who waits for its end. */
export abstract class Lifecycle {
  readonly spec: ContainerSpec;
  status: Status = 'created';
  exitCode = 0;
  #waiters: ((code: number) => void)[] = [];
  readonly #removal = Promise.withResolvers<number>();

  constructor(spec: ContainerSpec) {
    this.spec = spec;
  }

  get removed(): Promise<number> {
    return this.#removal.promise;
  }

  wait(): Promise<number> {
    if (this.status === 'exited') return Promise.resolve(this.exitCode);
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  protected exit(code: number): void {
    if (this.status === 'exited') return;
    this.status = 'exited';
    this.exitCode = code;
    for (const resolve of this.#waiters) resolve(code);
    this.#waiters = [];
  }

  protected isRemoved(): void {
    this.#removal.resolve(this.exitCode);
  }
}
