// What `wrangler dev` needs for containers, looked at before it starts: it tells the first problem only, and some of
// them after minutes. Each problem comes with its fix.

import { existsSync } from 'node:fs';
import { executablesOnPath } from '../binaries/search-path.ts';
import { officialBase } from '../image/build.ts';
import { lastWords, type RunResult, runEngine, whyFailed } from '../image/engine-command.ts';
import { ImageError } from '../image/image-error.ts';

/** The container that workerd runs beside each of ours, which leads to its ports. wrangler pulls it at every start. */
export const SIDECAR_IMAGE =
  'cloudflare/proxy-everything:3cb1195@sha256:0ef6716c52430096900b150d84a3302057d6cd2319dae7987128c85d0733e3c8';

/** The command that wrangler runs for docker. */
export interface DockerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

const ANSWER_TIMEOUT_MS = 30_000;
/** Tens of megabytes, from a slow registry. */
const PULL_TIMEOUT_MS = 5 * 60_000;

/** The command, if all is there; throws an `ImageError` with everything that is missing, and the fix of each. */
export async function requireDocker(
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
): Promise<DockerCommand> {
  const name = env.WRANGLER_DOCKER_BIN || 'docker';
  const [file] = name.includes('/') ? [name].filter(existsSync) : await executablesOnPath(name, env);
  if (file === undefined) throw missing([noCommand(name)]);
  const docker = { file, args: [], env };
  const answer = await ask(docker, ['ps', '--quiet'], ANSWER_TIMEOUT_MS);
  if (answer.code !== 0) throw missing([notRunning(name, lastWords(answer))]);
  const problems: string[] = [];
  if (!(await knowsBuildx(docker))) problems.push(NO_BUILDX);
  const sidecar = env.MINIFLARE_CONTAINER_EGRESS_IMAGE || SIDECAR_IMAGE;
  log(`pulling the sidecar of wrangler, ${sidecar.split('@')[0]}`);
  const pulled = await ask(docker, ['pull', sidecar], PULL_TIMEOUT_MS);
  if (pulled.code !== 0) problems.push(noSidecar(sidecar, lastWords(pulled, 1)));
  const base = await officialBase();
  if ((await ask(docker, ['image', 'inspect', base], ANSWER_TIMEOUT_MS)).code !== 0) {
    log(`pulling the base of the image, ${base}`);
    const gotBase = await ask(docker, ['pull', base], PULL_TIMEOUT_MS);
    if (gotBase.code !== 0) throw missing([...problems, noBase(base, lastWords(gotBase, 1))]);
  }
  const ran = await ask(
    docker,
    ['run', '--rm', '--network', 'none', '--entrypoint', 'true', base],
    ANSWER_TIMEOUT_MS,
  );
  if (ran.code !== 0) problems.push(`its engine cannot run a container. It said: ${whyFailed(ran, 1)}`);
  if (problems.length > 0) throw missing(problems);
  return docker;
}

/** `docker build` as wrangler calls it: only buildx knows both options. */
async function knowsBuildx(docker: DockerCommand): Promise<boolean> {
  const { stdout, stderr } = await ask(docker, ['build', '--help'], ANSWER_TIMEOUT_MS);
  return ['--load', '--provenance'].every((option) => `${stdout}${stderr}`.includes(option));
}

function missing(problems: readonly string[]): ImageError {
  return new ImageError(
    [
      'wrangler dev cannot run the containers:',
      ...problems.map((problem) => `  - ${problem}`),
      'npm start runs the same Worker with the same servers and needs none of this.',
    ].join('\n'),
  );
}

function noCommand(name: string): string {
  return `there is no command ${name}. Install Docker (docs.docker.com/get-started/get-docker), or name a command like it in WRANGLER_DOCKER_BIN and its socket in DOCKER_HOST`;
}

function notRunning(name: string, said: string): string {
  const fix = /permission denied/i.test(said)
    ? 'add yourself to the group docker (sudo usermod -aG docker $USER) and sign in again'
    : 'open Docker Desktop, or sudo systemctl start docker; for another engine name its socket in DOCKER_HOST';
  return `${name} gets no answer from its engine: ${fix}. It said: ${said}`;
}

const NO_BUILDX =
  "docker build lacks --load and --provenance, with which wrangler calls it. Install buildx: apt-get install docker-buildx-plugin (Docker's packages), apt-get install docker-buildx (Debian 13, Ubuntu), brew install docker-buildx";

function noSidecar(image: string, said: string): string {
  return `the image ${image} cannot be pulled: wrangler runs it beside each container, and pulls it at every start. Let the engine reach the registry, or name a copy that it can pull in MINIFLARE_CONTAINER_EGRESS_IMAGE. It said: ${said}`;
}

function noBase(image: string, said: string): string {
  return `the base of the image, ${image}, cannot be pulled. Let the engine reach the registry, or pull it from a mirror and tag it as ${image}. It said: ${said}`;
}

/** A command that hangs or cannot be run is one that fails. */
async function ask(docker: DockerCommand, args: readonly string[], timeoutMs: number): Promise<RunResult> {
  try {
    return await runEngine(docker, args, { timeoutMs });
  } catch (error) {
    if (error instanceof ImageError) return { code: undefined, stdout: '', stderr: error.message };
    throw error;
  }
}
