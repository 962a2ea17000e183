// What can be wrong with a container engine, in a sentence with the fix.

/** The engine cannot be reached: it is not there, does not run, or does not let this user in. */
export class EngineUnreachable extends Error {
  override readonly name = 'EngineUnreachable';
}

/** The engine answered that it will not, or cannot. */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const START_IT =
  'start Docker Desktop, or `systemctl start docker`; for podman `systemctl start podman.socket` or `podman machine start`';

/** @param error what the socket said */
export function unreachable(socket: string, error: Error): EngineUnreachable {
  const { code } = error as NodeJS.ErrnoException;
  const options = { cause: error };
  switch (code) {
    case 'ENOENT':
      return new EngineUnreachable(
        `no container engine is at ${socket}: install Docker or podman, ${START_IT}, or name another socket with --engine unix:///path`,
        options,
      );
    case 'ECONNREFUSED':
    case 'ENOTSOCK':
      return new EngineUnreachable(`the container engine at ${socket} does not run: ${START_IT}`, options);
    case 'EACCES':
    case 'EPERM':
      return new EngineUnreachable(
        `no permission to use the container engine at ${socket}: add yourself to its group (sudo usermod -aG docker "$USER", then log in again), or use an engine of your own (--engine podman)`,
        options,
      );
    default:
      return new EngineUnreachable(`the container engine at ${socket} broke off: ${error.message}`, options);
  }
}

/** @param body of the answer: `{"message": ...}`, podman's with a cause */
export function refusal(status: number, body: string): EngineRefusal {
  const said = messageOf(body).trim() || `status ${status}`;
  return new EngineRefusal(status, `the container engine said: ${said}${fixOf(said)}`);
}

function messageOf(body: string): string {
  try {
    const { message } = JSON.parse(body) as { readonly message?: string };
    return message ?? body;
  } catch {
    return body;
  }
}

const FIXES: readonly (readonly [pattern: RegExp, fix: string])[] = [
  [
    /no space left on device|disk quota exceeded/i,
    'its disk is full: `docker system df` or `podman system df` shows what fills it, `docker system prune` or `podman system prune` frees what nobody uses',
  ],
  [
    /setting rlimit/i,
    'it may not raise the limits of open files and processes: set default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"] below [containers] in /etc/containers/containers.conf, and restart its service',
  ],
  [/no such image|image not known/i, 'build it with `npm run image -- build`'],
  [
    /non-overlapping .*address pool|could not find free subnet/i,
    'too many networks: `docker network prune` or `podman network prune` removes those that nobody uses',
  ],
  [
    /address already in use|port is already allocated/i,
    'another program took the port that it had chosen; the next start takes another one',
  ],
];

/** The likely fix for what an engine or its command said, in brackets; empty when there is none. */
export function fixOf(said: string): string {
  const fix = FIXES.find(([pattern]) => pattern.test(said))?.[1];
  return fix === undefined ? '' : ` (${fix})`;
}
