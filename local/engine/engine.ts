// The embedded container engine: the containers that workerd created, by name, and what tests may do to them to cause
// failures. workerd reaches it through docker-api.ts.

import type { DelayOf } from '../wan/join-delayed.ts';
import { AppContainer } from './app-container.ts';
import type { ContainerSpec, EngineContainer } from './container.ts';
import { type Runtime, serverNameOf } from './runtime.ts';
import { SidecarContainer } from './sidecar-container.ts';

/** workerd names a container's sidecar after it. */
const SIDECAR_SUFFIX = '-proxy';

/** An operation that failed; `status` is the Docker Engine API's status for it. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly status: 400 | 404 | 409 | 500;

  constructor(status: 400 | 404 | 409 | 500, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

export interface EngineOptions {
  /** What the containers run on; closed with the engine. */
  readonly runtime: Runtime;
  /** Told that a server's container could not be started, and why. */
  readonly onStartFailed?: ((serverName: string, why: Error) => void) | undefined;
  /** What the platform tells a server's container in its environment. Default: what workerd does. */
  readonly environment?: ((serverName: string) => Readonly<Record<string, string>> | undefined) | undefined;
  /** How connections to a port of a server's container are delayed. Default: not at all. */
  readonly delays?:
    | ((serverName: string, containerPort: number, region?: string) => DelayOf | undefined)
    | undefined;
  /** At what address a port of a server's container is reached. Default: loopback. */
  readonly hosts?: ((serverName: string, containerPort: number) => string | undefined) | undefined;
}

export class Engine {
  readonly #options: EngineOptions;
  readonly #containers = new Map<string, EngineContainer>();
  readonly #outages = new Set<string>();
  #closed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  create(spec: ContainerSpec): void {
    if (this.#closed) throw new EngineError(500, 'the engine is closing');
    if (this.#containers.has(spec.name)) throw new EngineError(409, `the name ${spec.name} is in use`);
    const container = spec.name.endsWith(SIDECAR_SUFFIX)
      ? this.#sidecarOf(spec.name.slice(0, -SIDECAR_SUFFIX.length), spec)
      : new AppContainer(this.#onPlatform(spec), this.#options.runtime);
    this.#containers.set(spec.name, container);
  }

  async start(name: string): Promise<void> {
    const container = this.get(name);
    if (this.#outages.has(container.spec.env.NATS_SERVER_NAME ?? ''))
      throw new EngineError(500, `${name}: no host can run it (an outage made on purpose)`);
    try {
      await container.start();
    } catch (cause) {
      const why = cause instanceof Error ? cause : new Error(String(cause));
      this.#options.onStartFailed?.(serverNameOf(container.spec), why);
      throw new EngineError(500, `${name}: ${why.message}`, { cause });
    }
  }

  get(name: string): EngineContainer {
    const container = this.#containers.get(name);
    if (container === undefined) throw new EngineError(404, `No such container: ${name}`);
    return container;
  }

  /** Containers that carry all of these `key=value` labels. */
  list(labels: readonly string[] = []): readonly EngineContainer[] {
    return [...this.#containers.values()].filter(({ spec }) =>
      labels.every((label) => {
        const [key = '', value] = label.split('=', 2);
        return value === undefined ? key in spec.labels : spec.labels[key] === value;
      }),
    );
  }

  async remove(name: string): Promise<void> {
    const container = this.get(name);
    await container.remove();
    if (this.#containers.get(name) === container) this.#containers.delete(name);
  }

  /** The running container of a server, and its sidecar; undefined when it is not running. */
  server(serverName: string): { readonly app: AppContainer; readonly sidecar: SidecarContainer } | undefined {
    for (const app of this.#containers.values()) {
      if (!(app instanceof AppContainer) || app.status !== 'running') continue;
      if (app.spec.env.NATS_SERVER_NAME !== serverName) continue;
      const sidecar = this.#containers.get(app.spec.name + SIDECAR_SUFFIX);
      if (sidecar instanceof SidecarContainer) return { app, sidecar };
    }
    return undefined;
  }

  /** From now on no host can run this server: it is killed and every start fails, until `endOutage`. */
  async beginOutage(serverName: string): Promise<void> {
    this.#outages.add(serverName);
    await this.server(serverName)?.app.kill('SIGKILL');
  }

  endOutage(serverName: string): void {
    this.#outages.delete(serverName);
  }

  /** Ends every container, and the runtime. */
  async close(): Promise<void> {
    this.#closed = true;
    const removals = [...this.#containers.values()].map((container) => container.remove());
    const failed = (await Promise.allSettled(removals)).find(({ status }) => status === 'rejected');
    this.#containers.clear();
    // It takes along what could not be removed.
    await this.#options.runtime.close();
    if (failed?.status === 'rejected') throw failed.reason;
  }

  #onPlatform(spec: ContainerSpec): ContainerSpec {
    return { ...spec, env: { ...spec.env, ...this.#options.environment?.(serverNameOf(spec)) } };
  }

  #sidecarOf(app: string, spec: ContainerSpec): SidecarContainer {
    const environment = () => this.#containers.get(app)?.spec.env ?? {};
    return new SidecarContainer(spec, (port) => this.#portOf(app, port), {
      delayTo: (port) => {
        const { NATS_SERVER_NAME: name = '', NATS_REGION: region } = environment();
        return this.#options.delays?.(name, port, region);
      },
      hostOf: (port) => this.#options.hosts?.(environment().NATS_SERVER_NAME ?? '', port),
    });
  }

  async #portOf(name: string, port: number): Promise<number | undefined> {
    const container = this.#containers.get(name);
    return container instanceof AppContainer ? container.port(port) : undefined;
  }
}
