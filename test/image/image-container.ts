// A container of the image on a real engine, with its ports published on loopback. Disposing of it removes it and its
// anonymous volumes, whatever state it is in.

import { randomBytes } from 'node:crypto';
import { type EngineCommand, runEngine, runSubcommand, whyFailed } from '../../local/image/engine-command.ts';
import { ImageError } from '../../local/image/image-error.ts';
import { waitFor } from '../../waiting/wait-for.ts';

/** The label of everything that the test makes; its value is the process that made it. */
export const TEST_LABEL = 'meridian.image-test';

export const CLIENT_PORT = 4222;
export const WEBSOCKET_PORT = 8080;
export const MONITOR_PORT = 8222;

export interface ContainerOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of the entrypoint, which go to nats-server. */
  readonly args?: readonly string[];
  /** Options of `docker run`, such as `--read-only`. */
  readonly options?: readonly string[];
  /** Which ports are published. Default: clients, WebSocket, monitoring. */
  readonly ports?: readonly number[];
}

/** What of `docker inspect` is used here; podman's is the same. */
interface Inspected {
  readonly State: { readonly Status: string; readonly ExitCode: number; readonly StartedAt: string };
  readonly Config: { readonly User: string };
  readonly NetworkSettings: {
    readonly Ports: Readonly<Record<string, readonly { readonly HostPort: string }[] | null>>;
  };
}

/** Long for a busy machine. */
const DEADLINE = { timeoutMs: 30_000, pollMs: 50 };

export class ImageContainer implements AsyncDisposable {
  readonly name: string;
  readonly #engine: EngineCommand;
  readonly #image: string;
  readonly #signal: AbortSignal | undefined;
  #inspected: Inspected | undefined;

  private constructor(engine: EngineCommand, image: string, name: string, signal: AbortSignal | undefined) {
    this.#engine = engine;
    this.#image = image;
    this.name = name;
    this.#signal = signal;
  }

  /** Resolves once the engine has started it; whether it serves is another question. */
  static async run(
    engine: EngineCommand,
    image: string,
    {
      env = {},
      args = [],
      options = [],
      ports = [CLIENT_PORT, WEBSOCKET_PORT, MONITOR_PORT],
    }: ContainerOptions,
    signal?: AbortSignal,
  ): Promise<ImageContainer> {
    const container = new ImageContainer(
      engine,
      image,
      `meridian-image-test-${randomBytes(4).toString('hex')}`,
      signal,
    );
    const environment = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const published = ports.flatMap((port) => ['--publish', `127.0.0.1::${port}`]);
    const label = ['--label', `${TEST_LABEL}=${process.pid}`];
    try {
      await container.#do([
        ...runSubcommand(),
        '--detach',
        ...label,
        ...published,
        ...environment,
        ...options,
        '--name',
        container.name,
        image,
        ...args,
      ]);
    } catch (error) {
      await container[Symbol.asyncDispose]();
      throw error;
    }
    return container;
  }

  /** The port of this machine that leads to a port of the container. */
  async port(port: number): Promise<number> {
    this.#inspected ??= await this.inspect();
    const published = this.#inspected.NetworkSettings.Ports[`${port}/tcp`]?.[0]?.HostPort;
    if (published === undefined) throw new ImageError(`port ${port} of ${this.name} is not published`);
    return Number(published);
  }

  async inspect(): Promise<Inspected> {
    const [inspected] = JSON.parse(await this.#do(['inspect', '--type', 'container', this.name])) as [
      Inspected,
    ];
    return inspected;
  }

  /** A page of nats-server's monitoring, once it answers. */
  async monitor(
    page: 'varz' | 'jsz' | 'healthz' | `accountz?acc=${string}`,
    port = MONITOR_PORT,
  ): Promise<unknown> {
    const url = `http://127.0.0.1:${await this.port(port)}/${page}`;
    return this.#waitFor(`an answer of ${page}`, async () => {
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      return (await response.json()) as unknown;
    });
  }

  /** Everything that it has written. */
  async logs(): Promise<string> {
    const { stdout, stderr } = await runEngine(this.#engine, ['logs', this.name], { signal: this.#signal });
    return `${stdout}${stderr}`;
  }

  async logged(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#waitFor(`the log line ${pattern}`, async () => pattern.exec(await this.logs()) ?? undefined);
  }

  /** @param name such as TERM */
  async signal(name: string): Promise<void> {
    await this.#do(['kill', '--signal', name, this.name]);
  }

  /** SIGTERM, and SIGKILL if it still runs after so many seconds, as `docker stop --time` does. */
  async stop(seconds: number): Promise<void> {
    await this.#do(['stop', '--time', String(seconds), this.name]);
  }

  /** Starts it again, after it has exited. Published ports may be others then. */
  async start(): Promise<void> {
    this.#inspected = undefined;
    await this.#do(['start', this.name]);
  }

  /** Waits until it has exited. */
  async exitCode(): Promise<number> {
    return this.#waitFor('its exit', async () => {
      const { State } = await this.inspect();
      return State.Status === 'exited' || State.Status === 'dead' || State.Status === 'stopped'
        ? State.ExitCode
        : undefined;
    });
  }

  /**
   * Runs a command of the image in another container that has its network and sees its processes, and returns what the
   * command printed. Not by the engine's exec: podman's service keeps a process for five minutes after each.
   */
  async beside(command: string, ...args: readonly string[]): Promise<string> {
    const { name } = this;
    const shared = [`--network=container:${name}`, `--pid=container:${name}`, '--entrypoint', command];
    return this.#do([...runSubcommand(), '--rm', ...shared, this.#image, ...args]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await runEngine(this.#engine, ['rm', '--force', '--volumes', this.name]);
  }

  async #waitFor<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    try {
      return await waitFor(what, { ...DEADLINE, ...(this.#signal && { signal: this.#signal }) }, look);
    } catch (error) {
      this.#signal?.throwIfAborted();
      const log = (await this.logs()).trim().split('\n').slice(-8).join('\n');
      throw new ImageError(`${(error as Error).message}. Its last lines:\n${log}`);
    }
  }

  async #do(args: readonly string[]): Promise<string> {
    this.#signal?.throwIfAborted();
    const result = await runEngine(this.#engine, args);
    if (result.code !== 0)
      throw new ImageError(`${this.#engine.kind} ${args[0]} failed: ${whyFailed(result)}`);
    return result.stdout;
  }
}
