// Which container engine to use: the one that is named, else what DOCKER_HOST names, else docker, podman or buildah,
// the first that answers. An engine that is named is used or refused, never silently passed over.

import { isAbsolute } from 'node:path';
import type { Environment } from '../binaries/binary-spec.ts';
import { executablesOnPath } from '../binaries/search-path.ts';
import { checkSocket, Untrusted } from '../trust.ts';
import { type EngineCommand, type EngineKind, lastWords, runEngine } from './engine-command.ts';
import { ImageError } from './image-error.ts';

export interface FindEngineOptions {
  /** `docker`, `podman`, `buildah`, or a socket: `unix:///run/docker.sock`, its path, `tcp://...`. Default: found. */
  readonly engine?: string | undefined;
  /** Whether it has to run containers too; buildah only builds. Default: false. */
  readonly runs?: boolean | undefined;
  /** Default: `process.env`. */
  readonly env?: Environment | undefined;
}

const UNIX = 'unix://';

const KINDS: readonly EngineKind[] = ['docker', 'podman', 'buildah'];

/** An engine answers at once; the first call of a busy machine takes a while. */
const ANSWER_TIMEOUT_MS = 30_000;

/** The engine, which has just answered. Throws an `ImageError` that says what was tried, and the fix. */
export async function findEngine(options: FindEngineOptions = {}): Promise<EngineCommand> {
  const { env = process.env, engine, runs = false } = options;
  if (engine !== undefined && !isKind(engine)) return atSocket(addressOf(engine), env, '--engine');
  if (engine !== undefined) return named(engine, runs, env);
  if (env.DOCKER_HOST) return atSocket(env.DOCKER_HOST, env, 'DOCKER_HOST');
  return firstThatAnswers(runs, env);
}

function isKind(text: string): text is EngineKind {
  return (KINDS as readonly string[]).includes(text);
}

function addressOf(text: string): string {
  if (isAbsolute(text)) return `unix://${text}`;
  if (/^[a-z]+:\/\//.test(text)) return text;
  throw new ImageError(
    `"${text}" is no container engine: give docker, podman, buildah or a socket, such as unix:///var/run/docker.sock`,
  );
}

async function named(kind: EngineKind, runs: boolean, env: Environment): Promise<EngineCommand> {
  if (runs && kind === 'buildah')
    throw new ImageError('buildah builds images but runs no containers: give --engine docker or podman');
  const answer = await ask(kind, [], env);
  if ('title' in answer) return answer;
  throw new ImageError(`${kind} cannot be used: ${answer.problem}`);
}

async function firstThatAnswers(runs: boolean, env: Environment): Promise<EngineCommand> {
  const tried: string[] = [];
  for (const kind of runs ? KINDS.filter((each) => each !== 'buildah') : KINDS) {
    const answer = await ask(kind, [], env);
    if ('title' in answer) return answer;
    tried.push(`  - ${kind}: ${answer.problem}`);
  }
  throw new ImageError(
    [
      'no container engine can be used:',
      ...tried,
      'Install Docker (docs.docker.com/engine/install) or podman (apt-get install podman, brew install podman) and start it, or give a socket with --engine or DOCKER_HOST.',
    ].join('\n'),
  );
}

/** Podman's command speaks to podman's sockets only, and knows more of what it builds there; docker's to every one. */
async function atSocket(address: string, env: Environment, given: string): Promise<EngineCommand> {
  if (address.startsWith(UNIX))
    await checkSocket(address.slice(UNIX.length)).catch((error: Error) => {
      if (error instanceof Untrusted) throw new ImageError(error.message);
    });
  const tried: string[] = [];
  for (const [kind, option] of [
    ['podman', '--url'],
    ['docker', '--host'],
  ] as const) {
    const answer = await ask(kind, [option, address], env);
    if ('title' in answer) return answer;
    tried.push(`  - ${kind}: ${answer.problem}`);
  }
  throw new ImageError([`no container engine answers at ${address} (${given}):`, ...tried].join('\n'));
}

async function ask(
  kind: EngineKind,
  args: readonly string[],
  env: Environment,
): Promise<EngineCommand | { readonly problem: string }> {
  const [file] = await executablesOnPath(kind, env);
  if (file === undefined) return { problem: 'the command is not installed' };
  const command = { kind, file, args, env };
  try {
    const result = await runEngine(command, QUESTIONS[kind], { timeoutMs: ANSWER_TIMEOUT_MS });
    if (result.code !== 0) return { problem: explain(kind, lastWords(result)) };
    const where = args[1] === undefined ? '' : ` at ${args[1]}`;
    return { ...command, title: `${kind} ${result.stdout.trim().split('\n')[0]}${where}` };
  } catch (error) {
    if (error instanceof ImageError) return { problem: error.message };
    throw error;
  }
}

/** Prints a version, of the server where there is one, and fails when nothing can be run. */
const QUESTIONS: Readonly<Record<EngineKind, readonly string[]>> = {
  docker: ['version', '--format', '{{.Server.Version}}'],
  podman: ['info', '--format', '{{.Version.Version}}'],
  buildah: ['info', '--format', '{{.host.kernel}}'],
};

function explain(kind: EngineKind, said: string): string {
  if (/permission denied/i.test(said)) {
    const fix =
      kind === 'docker'
        ? 'you may not use its socket. Add yourself to the group docker (sudo usermod -aG docker $USER, then sign in again), or run this as root'
        : 'run this as root, or set up rootless containers (man subuid)';
    return `${said}\n    ${fix}`;
  }
  if (/cannot connect|is the docker daemon running|connection refused|no such file/i.test(said))
    return `it is installed but not running: start Docker Desktop, or sudo systemctl start ${kind}. It said: ${said}`;
  return said === '' ? 'it failed and said nothing' : said;
}
