// The app of a region: a container of the image, on whatever the runtime runs it.

import { type ContainerSpec, type EngineContainer, Lifecycle } from './container.ts';
import type { Run, Runtime } from './runtime.ts';

export class AppContainer extends Lifecycle implements EngineContainer {
  readonly proxyPort = undefined;
  readonly #runtime: Runtime;
  #starting: Promise<Run> | undefined;
  #run: Run | undefined;

  constructor(spec: ContainerSpec, runtime: Runtime) {
    super(spec);
    this.#runtime = runtime;
  }

  /** Starts it with an empty disk, also when it ran before. */
  async start(): Promise<void> {
    this.#starting ??= this.#startAnew();
    try {
      this.#run = await this.#starting;
    } finally {
      this.#starting = undefined;
    }
  }

  /** The loopback port behind one of the container's; waits while it is still starting. */
  async port(containerPort: number): Promise<number | undefined> {
    const run = (await this.#starting?.catch(() => undefined)) ?? this.#run;
    return this.status === 'running' ? run?.port(containerPort) : undefined;
  }

  async kill(signal: NodeJS.Signals | number): Promise<boolean> {
    if (this.status !== 'running' || this.#run === undefined) return false;
    return this.#run.signal(signal);
  }

  /** Stops its processes where they are, as a host does that hangs. Its ports go on taking connections. */
  async pause(): Promise<void> {
    if (this.status === 'running') await this.#run?.pause();
  }

  /** Lets them go on. */
  async resume(): Promise<void> {
    if (this.status === 'running') await this.#run?.resume();
  }

  async remove(): Promise<void> {
    // One that is starting could not be ended yet, and would be left.
    await this.#starting?.catch(() => undefined);
    await this.#run?.remove();
    this.isRemoved();
  }

  async #startAnew(): Promise<Run> {
    await this.#run?.remove();
    const run = await this.#runtime.start(this.spec);
    this.status = 'running';
    void run.exited.then((code) => this.exit(code));
    return run;
  }
}
