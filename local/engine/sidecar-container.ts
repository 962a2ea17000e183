// The sidecar of a region's container: an HTTP proxy in this process.

import { type ContainerSpec, type EngineContainer, Lifecycle } from './container.ts';
import { type Path, type ResolvePort, Sidecar } from './sidecar.ts';

const KILLED_EXIT_CODE = 137;

export class SidecarContainer extends Lifecycle implements EngineContainer {
  readonly #sidecar: Sidecar;
  #port: number | undefined;

  constructor(spec: ContainerSpec, resolve: ResolvePort, path?: Path) {
    super(spec);
    this.#sidecar = new Sidecar(resolve, path);
  }

  get proxyPort(): number | undefined {
    return this.#port;
  }

  async start(): Promise<void> {
    this.#port = await this.#sidecar.listen();
    this.status = 'running';
  }

  /** Ends every connection through it, but not the sidecar itself. */
  cut(): void {
    this.#sidecar.cut();
  }

  /** Ends one connection; see {@link Sidecar.cutConnection}. */
  cutConnection(fromPort: number): boolean {
    return this.#sidecar.cutConnection(fromPort);
  }

  /** What has crossed one connection; see {@link Sidecar.bytesOver}. */
  bytesOver(fromPort: number): number | undefined {
    return this.#sidecar.bytesOver(fromPort);
  }

  async kill(): Promise<boolean> {
    if (this.status !== 'running') return false;
    this.#sidecar.close();
    this.exit(KILLED_EXIT_CODE);
    return true;
  }

  async remove(): Promise<void> {
    await this.kill();
    this.isRemoved();
  }
}
