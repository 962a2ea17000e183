// Runs entrypoint.sh with a real nats-server, as the local engine does: in a process group and a folder of its
// own, on free ports of loopback. Disposing of it leaves neither process nor file.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureNatsServer } from '../../../local/binaries/nats-server.ts';
import { exitCodeOf, killGroup } from '../../../local/engine/processes/process-group.ts';
import { Transcript, withDeadline } from './transcript.ts';

const ENTRYPOINT = fileURLToPath(new URL('../../../container/entrypoint.sh', import.meta.url));

export const { path: NATS_SERVER } = await ensureNatsServer();

/** Environment of a server that starts: every test says what it adds, or takes away with an empty value. */
const ENVIRONMENT = {
  PATH: process.env.PATH ?? '',
  NATS_SERVER_BIN: NATS_SERVER,
  NATS_SERVER_NAME: 'nats-weur',
  NATS_HOST: '127.0.0.1',
  NATS_CLIENT_PORT: '-1',
  NATS_WEBSOCKET_PORT: '-1',
  NATS_MONITOR_PORT: '-1',
  NATS_CLUSTER_PORT: '-1',
  NATS_LEAF_PORT: '-1',
};

export type Environment = Readonly<Record<string, string>>;

export interface EntrypointOptions {
  readonly env?: Environment;
  readonly args?: readonly string[];
  /** With its arguments, as in `busybox ash`. Default `sh`. */
  readonly shell?: string;
}

export interface Ports {
  readonly nats: number;
  readonly websocket: number;
  readonly monitoring: number;
  readonly cluster: number;
}

export class Entrypoint implements AsyncDisposable {
  /** Standard output and error. */
  readonly output = new Transcript('the entrypoint');
  /** Where everything that it writes goes: its working directory, TMPDIR and the store. */
  readonly folder: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<number>;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.folder = folder;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.output.append(text));
    }
    this.#exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.output.end();
        resolve(exitCodeOf(code, signal));
      });
    });
  }

  static async run(options: EntrypointOptions = {}): Promise<Entrypoint> {
    const folder = await mkdtemp(join(tmpdir(), 'meridian-container-'));
    const [file = 'sh', ...shellArgs] = options.shell?.split(' ') ?? [];
    const child = spawn(file, [...shellArgs, ENTRYPOINT, ...(options.args ?? [])], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...ENVIRONMENT, TMPDIR: folder, NATS_STORE_DIR: join(folder, 'store'), ...options.env },
    });
    const entrypoint = new Entrypoint(child, folder);
    await once(child, 'spawn');
    return entrypoint;
  }

  /** Resolves with the ports once the server listens on all of them. */
  static async start(options: EntrypointOptions = {}): Promise<Entrypoint & { readonly ports: Ports }> {
    const entrypoint = await Entrypoint.run(options);
    try {
      return Object.assign(entrypoint, { ports: await listeningPorts(entrypoint.output) });
    } catch (error) {
      await entrypoint[Symbol.asyncDispose]();
      throw error;
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The exit code as a shell reports it, once all processes that write to its output have ended. */
  exitCode(): Promise<number> {
    return withDeadline(
      this.#exited,
      () => `the entrypoint did not exit, its output:\n${this.output.text}\n`,
    );
  }

  /** Process id of nats-server, which starts every line of its log. */
  async serverPid(): Promise<number> {
    return Number((await this.output.match(/\[(\d+)\] \[INF\]/))[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.pid !== undefined) killGroup(this.#child.pid);
    await this.exitCode();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Runs it to its end. */
export async function runToExit(options: EntrypointOptions = {}): Promise<{ code: number; output: string }> {
  await using entrypoint = await Entrypoint.run(options);
  const code = await entrypoint.exitCode();
  return { code, output: entrypoint.output.text };
}

/** Reads from the log which ports nats-server took. */
async function listeningPorts(log: Transcript): Promise<Ports> {
  const port = async (line: string) =>
    Number((await log.match(new RegExp(`${line} \\S*127\\.0\\.0\\.1:(\\d+)`)))[1]);
  return {
    nats: await port('Listening for client connections on'),
    websocket: await port('Listening for websocket clients on'),
    monitoring: await port('Starting http monitor on'),
    cluster: await port('Listening for route connections on'),
  };
}
