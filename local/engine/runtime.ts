// What containers run on. The engine (engine.ts) keeps their names and states, and speaks with workerd; a runtime starts
// and ends them: as processes of this machine (processes/), or in a real container engine (containers/).

import type { ContainerSpec } from './container.ts';

/** Starts containers of the image. */
export interface Runtime {
  /** Starts one, with an empty disk. When it cannot run this rejects, and leaves nothing. */
  start(spec: ContainerSpec): Promise<Run>;
  /** Frees what it holds besides its containers; those are removed by then. */
  close(): Promise<void>;
}

/** A container from its start to its end. */
export interface Run {
  /** Resolves with the exit code: 128 + n when signal n ended it. */
  readonly exited: Promise<number>;
  /** The loopback port behind one of the container's. Waits while it is still starting; undefined when it has ended. */
  port(containerPort: number): Promise<number | undefined>;
  /** Sends a signal to its first process; SIGKILL ends all of them. False when it is not running. */
  signal(signal: NodeJS.Signals | number): Promise<boolean>;
  /** Stops all of its processes where they are. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it if it has not ended, and frees all that it holds. */
  remove(): Promise<void>;
}

/** What is told of every container, by the name of its server. */
export interface RunListeners {
  /** Every line that it writes. */
  readonly onLine?: ((serverName: string, line: string) => void) | undefined;
  readonly onExit?: ((serverName: string, code: number, lastLines: readonly string[]) => void) | undefined;
}

/** How many lines of a server's log are shown when it exits unexpectedly. */
export const LINES_SHOWN = 20;

const SIGKILL_NUMBER = 9;

/** Whether a signal, by name or number, is the one that nothing can handle. */
export function isKill(signal: NodeJS.Signals | number): boolean {
  return signal === 'SIGKILL' || signal === SIGKILL_NUMBER;
}

/** The name of a container's server, by which people know it. */
export function serverNameOf({ name, env }: ContainerSpec): string {
  return env.NATS_SERVER_NAME ?? name;
}
