// A container as the engine sees it: created, running, exited. Two kinds, as workerd makes them: the app, which
// is a process group, and its sidecar, which is only a port.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadPorts } from './listening-ports.ts';
import type { OutputLog } from './output-log.ts';
import { type Command, ProcessGroup } from './process-group.ts';
import { type DelayToPort, type ResolvePort, Sidecar } from './sidecar.ts';

export type Status = 'created' | 'running' | 'exited';

/** What a container was created with, in Docker's words. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** How an image runs on this machine. */
export interface Launch {
  readonly command: Command;
  /** The loopback port behind each of the container's ports; called from the start on, until it answers. */
  readonly readPorts: ReadPorts;
  readonly log: OutputLog;
  /** Told the id of the group, so that a later run can end it should this one be killed. */
  readonly onStart: (pid: number) => void;
  readonly onExit: (code: number) => void;
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
  /** False when it is not running. SIGKILL takes all of its processes. */
  kill(signal: NodeJS.Signals | number): boolean;
  /** Ends it and frees all that it holds. */
  remove(): Promise<void>;
}

const SIGKILL_NUMBER = 9;
const KILLED_EXIT_CODE = 137;

abstract class Lifecycle {
  readonly spec: ContainerSpec;
  status: Status = 'created';
  exitCode = 0;
  #waiters: ((code: number) => void)[] = [];

  constructor(spec: ContainerSpec) {
    this.spec = spec;
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
}

/** The app: an image run as a process group, in its own folder, which is empty at every start. */
export class AppContainer extends Lifecycle implements EngineContainer {
  readonly proxyPort = undefined;
  readonly #folder: string;
  readonly #prepare: (spec: ContainerSpec, folder: string) => Launch;
  #group: ProcessGroup | undefined;
  #ports: Promise<ReadonlyMap<number, number> | undefined> = Promise.resolve(undefined);

  constructor(spec: ContainerSpec, folder: string, prepare: (spec: ContainerSpec, folder: string) => Launch) {
    super(spec);
    this.#folder = join(folder, spec.name);
    this.#prepare = prepare;
  }

  async start(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    await mkdir(this.#folder, { recursive: true });
    const launch = this.#prepare(this.spec, this.#folder);
    const group = await ProcessGroup.start(launch.command);
    this.#group = group;
    this.status = 'running';
    launch.onStart(group.pid);
    for (const stream of group.output) launch.log.follow(stream);
    this.#ports = launch.readPorts(() => this.status === 'running');
    void group.exited.then((code) => {
      this.exit(code);
      launch.onExit(code);
    });
  }

  /** The loopback port behind one of the container's; waits while it is still starting. */
  async port(containerPort: number): Promise<number | undefined> {
    const ports = await this.#ports;
    return this.status === 'running' ? ports?.get(containerPort) : undefined;
  }

  kill(signal: NodeJS.Signals | number): boolean {
    if (this.status !== 'running' || this.#group === undefined) return false;
    if (signal === 'SIGKILL' || signal === SIGKILL_NUMBER) this.#group.kill();
    else this.#group.signal(signal);
    return true;
  }

  async remove(): Promise<void> {
    if (this.kill('SIGKILL')) await this.wait();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The sidecar: an HTTP proxy in this process. */
export class SidecarContainer extends Lifecycle implements EngineContainer {
  readonly #sidecar: Sidecar;
  #port: number | undefined;

  constructor(spec: ContainerSpec, resolve: ResolvePort, delayTo?: DelayToPort) {
    super(spec);
    this.#sidecar = new Sidecar(resolve, delayTo);
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

  kill(): boolean {
    if (this.status !== 'running') return false;
    this.#sidecar.close();
    this.exit(KILLED_EXIT_CODE);
    return true;
  }

  async remove(): Promise<void> {
    this.kill();
  }
}
