// A command `docker` for what calls it by this name, where there is only podman, or only a docker without buildx, and no
// registry: wrangler, and the commands of docs/container.md. It hands everything to the engine of the tests.

import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, inject } from 'vitest';
import { executablesOnPath } from '../../../local/binaries/search-path.ts';
import { startPodmanService } from '../../../local/engine/containers/podman-service.ts';
import { BASE_LABEL } from '../../../local/image/build.ts';
import {
  type EngineCommand,
  lastWords,
  type RunResult,
  runEngine,
} from '../../../local/image/engine-command.ts';
import { findEngine } from '../../../local/image/find-engine.ts';
import { temporaryFolder } from '../command-process.ts';
import { withUlimits } from './isolated-podman.ts';
import type { TestEngine } from './test-engine.ts';

const SIDECAR_FOLDER = join(import.meta.dirname, 'sidecar');
const SIDECAR = 'localhost/meridian-test-sidecar:latest';

interface DockerForTests extends AsyncDisposable {
  /** The engine's own command. */
  readonly engine: EngineCommand;
  /** Environment with which the commands find it. */
  readonly env: Readonly<Record<string, string>>;
}

/** A folder with the command `docker` in it, for all tests of a file. To be called at its top level. */
export function useDocker(): { readonly docker: DockerForTests; readonly folder: string } {
  const testEngine = inject('testEngine');
  if (testEngine === undefined) throw new Error('there is no engine');
  let folder = '';
  let docker: DockerForTests | undefined;
  beforeAll(async () => {
    folder = await temporaryFolder();
    docker = await dockerForTests(testEngine, folder);
  });
  afterAll(async () => {
    await docker?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    get docker() {
      if (docker === undefined) throw new Error('the command is there once the tests run');
      return docker;
    },
    get folder() {
      return folder;
    },
  };
}

/** @param folder an empty folder, which is the caller's */
async function dockerForTests(testEngine: TestEngine, folder: string): Promise<DockerForTests> {
  const own = testEngine.isOwn ? await startOwnService(folder) : undefined;
  const engine = await findEngine({
    engine: own ? 'podman' : `unix://${testEngine.socket}`,
    runs: true,
    env: { ...process.env, ...own?.env },
  });
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const file = join(bin, 'docker');
  await writeFile(file, scriptOf(engine, await baseOf(engine, testEngine.image)));
  await chmod(file, 0o755);
  await buildSidecar(engine, folder);
  return {
    engine,
    env: {
      PATH: `${bin}:${process.env.PATH}`,
      ...own?.env,
      DOCKER_HOST: `unix://${own?.socket ?? testEngine.socket}`,
      WRANGLER_DOCKER_BIN: file,
      MINIFLARE_CONTAINER_EGRESS_IMAGE: SIDECAR,
    },
    [Symbol.asyncDispose]: async () => {
      await runEngine(engine, ['image', 'rm', '--force', SIDECAR]);
      await own?.service[Symbol.asyncDispose]();
    },
  };
}

/** Of the same podman, but with limits that wrangler and the commands of people do not set. */
async function startOwnService(folder: string) {
  const settings = join(folder, 'podman');
  await mkdir(settings);
  const env = await withUlimits(settings);
  const socket = join(settings, 'podman.sock');
  const service = await startPodmanService(socket, { ...process.env, ...env });
  if (service === undefined) throw new Error('there is no podman');
  return { env, socket, service };
}

/** wrangler's options for buildx are dropped, images are on the base that there is, and a pull is of what is there. */
function scriptOf({ file, args }: EngineCommand, base: string): string {
  return `#!/bin/sh
case $1 in
  pull)
    [ "$2" != "$(sed -n 's/^ARG BASE=//p' container/Dockerfile)" ] || exit 0
    exec ${[file, ...args].join(' ')} image inspect "$2" >/dev/null ;;
  build)
    [ "$2" != --help ] || exec echo --load --provenance
    for argument in "$@"; do
      shift
      case $argument in --load | --provenance=false) ;; *) set -- "$@" "$argument" ;; esac
    done
    export DOCKER_BUILDKIT=0
    # podman cannot open a standard input that is a socket, as wrangler's is.
    cat | ${[file, ...args].join(' ')} "$@" --network none --build-arg "BASE=${base}"
    exit ;;
  run)
    official=$(sed -n 's/^ARG BASE=//p' container/Dockerfile)
    for argument in "$@"; do
      shift
      [ "$argument" != "$official" ] || argument=${base}
      set -- "$@" "$argument"
    done ;;
esac
exec ${[file, ...args].join(' ')} "$@"
`;
}

async function baseOf(engine: EngineCommand, image: string): Promise<string> {
  const format = `{{index .Config.Labels "${BASE_LABEL}"}}`;
  const inspected = await runEngine(engine, ['image', 'inspect', '--format', format, image]);
  return checked(inspected, `${image} cannot be inspected`).stdout.trim();
}

async function buildSidecar(engine: EngineCommand, folder: string): Promise<void> {
  const [go] = await executablesOnPath('go', process.env);
  if (go === undefined)
    throw new Error('the stand-in for the sidecar of wrangler is built with Go: install it');
  const context = join(folder, 'sidecar');
  await mkdir(context);
  const build = ['build', '-C', SIDECAR_FOLDER, '-o', join(context, 'sidecar'), '.'];
  checked(
    await runEngine({ file: go, args: [], env: { ...process.env, CGO_ENABLED: '0' } }, build),
    'the sidecar cannot be built',
  );
  const dockerfile = 'FROM scratch\nCOPY sidecar /sidecar\nENTRYPOINT ["/sidecar"]\n';
  await writeFile(join(context, 'Dockerfile'), dockerfile);
  checked(
    await runEngine(engine, ['build', '--tag', SIDECAR, context]),
    'the image of the sidecar cannot be built',
  );
}

function checked(result: RunResult, problem: string): RunResult {
  if (result.code !== 0) throw new Error(`${problem}: ${lastWords(result)}`);
  return result;
}
