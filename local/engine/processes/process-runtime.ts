// Containers as process groups of this machine: nothing has to be installed. Each has a folder of its own for a disk.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerSpec } from '../container.ts';
import type { OutputLog } from '../output-log.ts';
import { isKill, type Run, type Runtime } from '../runtime.ts';
import type { ReadPorts } from './listening-ports.ts';
import { type Command, ProcessGroup } from './process-group.ts';

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

/** Says how a container's image runs here, in its own folder. */
export type Prepare = (spec: ContainerSpec, folder: string) => Launch;

export interface ProcessRuntimeOptions {
  /** Folder for the containers' own folders; removed when the runtime closes. */
  readonly folder: string;
  readonly prepare: Prepare;
}

export class ProcessRuntime implements Runtime {
  readonly #options: ProcessRuntimeOptions;

  constructor(options: ProcessRuntimeOptions) {
    this.#options = options;
  }

  async start(spec: ContainerSpec): Promise<Run> {
    const folder = join(this.#options.folder, spec.name);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    try {
      const launch = this.#options.prepare(spec, folder);
      return new ProcessRun(folder, launch, await ProcessGroup.start(launch.command));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async close(): Promise<void> {
    await rm(this.#options.folder, { recursive: true, force: true });
  }
}

class ProcessRun implements Run {
  readonly exited: Promise<number>;
  readonly #folder: string;
  readonly #group: ProcessGroup;
  readonly #ports: Promise<ReadonlyMap<number, number> | undefined>;
  #isRunning = true;

  constructor(folder: string, launch: Launch, group: ProcessGroup) {
    this.#folder = folder;
    this.#group = group;
    launch.onStart(group.pid);
    for (const stream of group.output) launch.log.follow(stream);
    this.#ports = launch.readPorts(() => this.#isRunning);
    this.exited = group.exited.then((code) => {
      this.#isRunning = false;
      launch.onExit(code);
      return code;
    });
  }

  async port(containerPort: number): Promise<number | undefined> {
    const ports = await this.#ports;
    return this.#isRunning ? ports?.get(containerPort) : undefined;
  }

  async signal(signal: NodeJS.Signals | number): Promise<boolean> {
    if (!this.#isRunning) return false;
    if (isKill(signal)) this.#group.kill();
    else this.#group.signal(signal);
    return true;
  }

  async pause(): Promise<void> {
    this.#group.signalAll('SIGSTOP');
  }

  async resume(): Promise<void> {
    this.#group.signalAll('SIGCONT');
  }

  async remove(): Promise<void> {
    if (await this.signal('SIGKILL')) await this.exited;
    await rm(this.#folder, { recursive: true, force: true });
  }
}
