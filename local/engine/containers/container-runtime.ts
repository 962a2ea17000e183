// Containers in a real engine: the image of container/, with its own file system and user, and the limits of its instance
// type. Each of its ports is published on a free port of loopback, which also works where the engine runs in a virtual
// machine. They are in a network of the run's own, which no other container reaches.

import { randomBytes } from 'node:crypto';
import {
  CLIENT_PORT,
  LEAF_PORT,
  MONITORING_PORT,
  ROUTE_PORT,
  WEBSOCKET_PORT,
} from '../../../regions/container-ports.ts';
import type { ContainerSpec } from '../container.ts';
import { limitsOf } from '../image-name.ts';
import { type Run, type RunListeners, type Runtime, serverNameOf } from '../runtime.ts';
import { ContainerRun, type Inspected } from './container-run.ts';
import type { EngineClient } from './engine-client.ts';
import { labelsOf, type Owner } from './ownership.ts';
import { removeContainer, removeRun } from './sweep.ts';
import { ulimitSettings } from './ulimits.ts';

/** What an engine can limit. */
export interface CanLimit {
  readonly memory: boolean;
  /** How many processors it can share out; none when it cannot limit them. */
  readonly processors: number;
}

export interface ContainerRuntimeOptions extends RunListeners {
  readonly client: EngineClient;
  /** What every container runs. */
  readonly image: string;
  readonly owner: Owner;
  readonly canLimit: CanLimit;
  /** Told when the engine does not answer, and when it does again. */
  readonly onProblem?: ((text: string) => void) | undefined;
}

const PORTS = [CLIENT_PORT, WEBSOCKET_PORT, MONITORING_PORT, ROUTE_PORT, LEAF_PORT];
/** For who stops one by hand: podman has none. */
const STOP_TIMEOUT_SECONDS = 10;

const MIB = 1024 * 1024;
const NANO = 1e9;

export class ContainerRuntime implements Runtime {
  readonly #options: ContainerRuntimeOptions;
  #network: Promise<string> | undefined;
  #isClosed = false;
  #isLost = false;

  constructor(options: ContainerRuntimeOptions) {
    this.#options = options;
  }

  async start(spec: ContainerSpec): Promise<Run> {
    const { client } = this.#options;
    const network = await this.#ownNetwork();
    const name = `meridian-${serverNameOf(spec)}-${randomBytes(4).toString('hex')}`;
    const created = await client.call<{ Id: string }>('POST', `/containers/create?name=${name}`, {
      body: this.#settings(spec, network),
    });
    const id = created.body?.Id ?? name;
    try {
      if (this.#isClosed) throw new Error('the stack is stopping');
      await client.call('POST', `/containers/${id}/start`);
      const { body } = await client.call<Inspected>('GET', `/containers/${id}/json`);
      return new ContainerRun(id, serverNameOf(spec), body, {
        ...this.#options,
        onLost: (error) => this.#lose(error),
        onFound: () => this.#find(),
      });
    } catch (error) {
      await removeContainer(client, id).catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await removeRun(this.#options.client, this.#options.owner.run);
  }

  /** Made with the first container. */
  #ownNetwork(): Promise<string> {
    this.#network ??= this.#createNetwork().catch((error: unknown) => {
      this.#network = undefined;
      throw error;
    });
    return this.#network;
  }

  async #createNetwork(): Promise<string> {
    const { client, owner } = this.#options;
    const Name = `meridian-${owner.run}`;
    await client.call('POST', '/networks/create', {
      body: { Name, Driver: 'bridge', CheckDuplicate: true, Labels: labelsOf(owner) },
    });
    return Name;
  }

  #lose({ message }: Error): void {
    if (!this.#isLost) this.#options.onProblem?.(`${message}; regions come back when it does`);
    this.#isLost = true;
  }

  #find(): void {
    if (this.#isLost) this.#options.onProblem?.('the container engine answers again');
    this.#isLost = false;
  }

  /** The body of Docker's create. */
  #settings({ env, image, labels }: ContainerSpec, network: string): object {
    const { canLimit, owner } = this.#options;
    const limits = limitsOf(image);
    const memory = limits && canLimit.memory ? limits.memoryMib * MIB : undefined;
    const nanoCpus = Math.round(Math.min(limits?.vcpu ?? 0, canLimit.processors) * NANO);
    return {
      Image: this.#options.image,
      // Its ports are published on loopback, where the local stack lets anyone in.
      Env: Object.entries({ NATS_ALLOW_ANYONE: 'true', ...env }).map(([name, value]) => `${name}=${value}`),
      Labels: { ...labels, ...labelsOf(owner) },
      StopTimeout: STOP_TIMEOUT_SECONDS,
      ExposedPorts: Object.fromEntries(PORTS.map((port) => [`${port}/tcp`, {}])),
      HostConfig: {
        NetworkMode: network,
        // An empty port is any free one.
        PortBindings: Object.fromEntries(
          PORTS.map((port) => [`${port}/tcp`, [{ HostIp: '127.0.0.1', HostPort: '' }]]),
        ),
        // A container of Cloudflare has no swap.
        ...(memory !== undefined && { Memory: memory, MemorySwap: memory }),
        Ulimits: ulimitSettings(),
        ...(nanoCpus > 0 && { NanoCpus: nanoCpus }),
      },
    };
  }
}
