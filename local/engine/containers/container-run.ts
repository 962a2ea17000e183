// One container of a real engine, from its start to its end.

import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { MONITORING_PORT } from '../../../regions/container-ports.ts';
import { waitFor } from '../../../waiting/wait-for.ts';
import { OutputLog } from '../output-log.ts';
import { LINES_SHOWN, type Run, type RunListeners } from '../runtime.ts';
import type { EngineClient } from './engine-client.ts';
import { EngineRefusal } from './engine-problem.ts';
import { LogFrames } from './log-frames.ts';
import { removeContainer } from './sweep.ts';

/** What is used of an engine's answer to an inspect. */
export interface Inspected {
  readonly State: { readonly Status: string; readonly Paused?: boolean };
  readonly NetworkSettings: {
    readonly Ports: Readonly<Record<string, readonly { readonly HostPort: string }[] | null>>;
  };
}

export interface ContainerRunOptions extends RunListeners {
  readonly client: EngineClient;
  readonly onProblem?: ((text: string) => void) | undefined;
  /** Told when the engine does not answer. */
  readonly onLost?: ((error: Error) => void) | undefined;
  /** Told when it answers again. */
  readonly onFound?: (() => void) | undefined;
  /** When one that cannot be reached is given up. Default: `SILENT_AFTER_MS`. */
  readonly silentAfterMs?: number | undefined;
}

/** How often to ask a server that starts, and an engine that does not answer. A client is waiting for the first. */
const READY_POLL_MS = 20;
const ENGINE_POLL_MS = 250;

/** What a container wrote last comes this much later than its end at most. */
const LAST_LINES_TIMEOUT_MS = 1_000;

/** A server that starts answers within a second; one that has not after so long cannot be reached. */
const SILENT_AFTER_MS = 20_000;

/** A server that answers takes milliseconds. */
const READY_TIMEOUT_MS = 2_000;

/** As of one that was killed: it is not known how a container ended that is not there any more. */
const GONE_EXIT_CODE = 137;

export class ContainerRun implements Run {
  readonly exited: Promise<number>;
  readonly #id: string;
  readonly #server: string;
  readonly #options: ContainerRunOptions;
  readonly #ports: ReadonlyMap<number, number>;
  readonly #isReady: Promise<boolean>;
  readonly #log: OutputLog;
  readonly #givenUp = new AbortController();
  #isRunning = true;
  /** Why it was given up; empty otherwise. */
  #problem: readonly string[] = [];

  /** @param inspected undefined when the engine told nothing of it */
  constructor(id: string, server: string, inspected: Inspected | undefined, options: ContainerRunOptions) {
    this.#id = id;
    this.#server = server;
    this.#options = options;
    this.#ports = publishedPorts(inspected);
    this.#log = new OutputLog((line) => options.onLine?.(server, line));
    const logged = this.#followLog();
    this.exited = this.#awaitExit().then((code) => {
      this.#isRunning = false;
      void Promise.race([logged, delay(LAST_LINES_TIMEOUT_MS, undefined, { ref: false })]).then(() =>
        options.onExit?.(server, code, [...this.#log.tail(LINES_SHOWN), ...this.#problem]),
      );
      return code;
    });
    this.#isReady = this.#awaitReady();
  }

  async port(containerPort: number): Promise<number | undefined> {
    const isReady = await this.#isReady;
    return isReady && this.#isRunning ? this.#ports.get(containerPort) : undefined;
  }

  async signal(signal: NodeJS.Signals | number): Promise<boolean> {
    return this.#isRunning && this.#ask(`kill?signal=${signal}`);
  }

  async pause(): Promise<void> {
    await this.#ask('pause');
  }

  async resume(): Promise<void> {
    await this.#ask('unpause');
  }

  async remove(): Promise<void> {
    try {
      // Of one that is removed while it runs podman does not tell how it ended.
      if (await this.signal('SIGKILL')) await this.exited;
      await removeContainer(this.#options.client, this.#id);
    } catch (error) {
      this.#givenUp.abort();
      throw error;
    }
    await this.exited;
  }

  /** False when it does not run: Docker answers 409 then, podman 500. */
  async #ask(action: string): Promise<boolean> {
    try {
      await this.#options.client.call('POST', `/containers/${this.#id}/${action}`);
      return true;
    } catch (error) {
      if (error instanceof EngineRefusal && !(await this.#isUp())) return false;
      throw error;
    }
  }

  async #isUp(): Promise<boolean> {
    try {
      const { body } = await this.#options.client.call<Inspected>('GET', `/containers/${this.#id}/json`);
      return ['running', 'paused'].includes(body?.State.Status ?? '');
    } catch (error) {
      // It is not there any more, or is being removed.
      if (error instanceof EngineRefusal) return false;
      throw error;
    }
  }

  /** Also across restarts of the engine: some end its containers, others do not. */
  async #awaitExit(): Promise<number> {
    const { client, onLost, onFound } = this.#options;
    const { signal } = this.#givenUp;
    while (!signal.aborted) {
      try {
        const path = `/containers/${this.#id}/wait`;
        const { body } = await client.call<{ StatusCode: number }>('POST', path, { signal });
        onFound?.();
        if (body !== undefined) return body.StatusCode;
      } catch (error) {
        if (error instanceof EngineRefusal && error.status === 404) {
          onFound?.();
          return GONE_EXIT_CODE;
        }
        onLost?.(error as Error);
      }
      await delay(ENGINE_POLL_MS);
    }
    return GONE_EXIT_CODE;
  }

  /** Waits until all of its ports are open. An engine may take connections for a port that nothing listens on yet. */
  async #awaitReady(): Promise<boolean> {
    const address = `127.0.0.1:${this.#ports.get(MONITORING_PORT)}`;
    const silent = setTimeout(
      () => void this.#giveUp(address),
      this.#options.silentAfterMs ?? SILENT_AFTER_MS,
    );
    // For as long as the server lives: its caller decides how long that may be.
    const options = { timeoutMs: Number.POSITIVE_INFINITY, pollMs: READY_POLL_MS };
    return waitFor(`${this.#server} to listen`, options, async () => {
      if (!this.#isRunning) return 'ended';
      const { ok } = await fetch(`http://${address}/healthz?js-enabled-only=true`, {
        signal: AbortSignal.timeout(READY_TIMEOUT_MS),
      });
      return ok && 'ready';
    })
      .then((found) => found === 'ready')
      .finally(() => clearTimeout(silent));
  }

  /** Its successor has other ports, which may be reached. */
  async #giveUp(address: string): Promise<void> {
    const problem = `${this.#server} runs in its container, but does not answer at ${address}, so it is ended: the engine must publish ports on this machine's loopback`;
    this.#problem = [problem];
    this.#options.onProblem?.(problem);
    // An engine that does not answer is told of elsewhere.
    await this.signal('SIGKILL').catch(() => undefined);
  }

  /** Also across restarts of the engine, when what was written meanwhile is lost. */
  async #followLog(): Promise<void> {
    for (let tail = 'all'; this.#isRunning && !this.#givenUp.signal.aborted; tail = '0') {
      // That the engine does not answer is told by `#awaitExit`.
      await this.#copyLog(tail).catch(() => undefined);
      if (this.#isRunning) await delay(ENGINE_POLL_MS);
    }
  }

  async #copyLog(tail: string): Promise<void> {
    const { signal } = this.#givenUp;
    const query = `follow=true&stdout=true&stderr=true&tail=${tail}`;
    const frames = await this.#options.client.open('GET', `/containers/${this.#id}/logs?${query}`, {
      signal,
    });
    const content = new LogFrames();
    this.#log.follow(content);
    // What came before it broke off is whole.
    frames.once('error', () => content.end());
    frames.pipe(content);
    await finished(content);
  }
}

function publishedPorts(inspected: Inspected | undefined): ReadonlyMap<number, number> {
  const published = Object.entries(inspected?.NetworkSettings.Ports ?? {});
  return new Map(
    published.flatMap(([port, bindings]) => {
      const hostPort = bindings?.[0]?.HostPort;
      return hostPort === undefined ? [] : [[Number.parseInt(port, 10), Number(hostPort)] as const];
    }),
  );
}
