// Builds the image of container/Dockerfile with whichever engine there is. Where the official base is not here and no
// registry can be reached, over a stand-in (stand-in-base.ts), and says so. Used by `npm run image` and by the local
// stack on a real engine.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILD_LABEL } from '../engine/containers/ownership.ts';
import { type EngineCommand, lastWords, runBuild, runEngine, whyFailed } from './engine-command.ts';
import { ImageError } from './image-error.ts';
import { buildStandInBase, STAND_IN_BASE, STAND_IN_LABEL } from './stand-in-base.ts';

/** The folder that the image is built from. */
export const CONTAINER_FOLDER = fileURLToPath(new URL('../../container/', import.meta.url));

/** What `npm run image -- build` calls it. */
export const DEFAULT_TAG = 'meridian:local';

/** The label that tells which base an image has. */
export const BASE_LABEL = 'meridian.base';

export interface BuildOptions {
  /** From `findEngine()`. */
  readonly engine: EngineCommand;
  /** Default: `DEFAULT_TAG`. */
  readonly tag?: string | undefined;
  /** Another base than the Dockerfile's, such as a mirror's; `stand-in` makes one. Default: the Dockerfile's, else a stand-in. */
  readonly base?: string | undefined;
  /** What a stand-in base is called. Default: `STAND_IN_BASE`. */
  readonly standInTag?: string | undefined;
  /** Where a stand-in base is laid out. Default: the system's folder for temporary files. */
  readonly folder?: string | undefined;
  /** Told each step, and the warning that a stand-in was used. Default: no log. */
  readonly log?: ((line: string) => void) | undefined;
  /** Told what the engine writes. Default: nobody. */
  readonly onLine?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BuiltImage {
  readonly tag: string;
  readonly base: string;
  /** Whether it stands on a base that was made here, in the official one's place. */
  readonly standIn: boolean;
}

/** Builds it, and returns what it was built on. Throws an `ImageError` that says what failed. */
export async function buildImage(options: BuildOptions): Promise<BuiltImage> {
  const { engine, tag = DEFAULT_TAG, standInTag = STAND_IN_BASE, log = () => {}, onLine, signal } = options;
  const base = await chooseBase(options, log);
  log(`building ${tag} on ${base} with ${engine.title}`);
  const args = [
    '--tag',
    tag,
    '--build-arg',
    `BASE=${base}`,
    '--build-arg',
    `BUILD=${tag}`,
    '--label',
    `${BASE_LABEL}=${base}`,
    // Nothing of it is fetched, and a step without a network starts sooner.
    '--network',
    'none',
    CONTAINER_FOLDER,
  ];
  const result = await runBuild(engine, args, { onLine, signal }).finally(() => removeLeftovers(engine, tag));
  if (result.code !== 0)
    throw new ImageError(
      `${engine.kind} could not build ${tag} from container/Dockerfile:\n${whyFailed(result, 8)}`,
    );
  return { tag, base, standIn: base === standInTag };
}

/** Without this, every build would leave images of no name. What is in use stays, and so does what others are building. */
async function removeLeftovers(engine: EngineCommand, tag: string): Promise<void> {
  if (engine.kind === 'buildah') return;
  for (const label of [`${BUILD_LABEL}=${tag}`, STAND_IN_LABEL])
    await runEngine(engine, ['image', 'prune', '--force', '--filter', `label=${label}`]);
}

/** Whether an image is named by a digest, which is one image for ever. */
export function isPinned(image: string): boolean {
  return /@sha256:[0-9a-f]{64}$/.test(image);
}

/** The base that container/Dockerfile names. */
export async function officialBase(folder = CONTAINER_FOLDER): Promise<string> {
  const dockerfile = await readFile(join(folder, 'Dockerfile'), 'utf8');
  const base = /^ARG BASE=(\S+)$/m.exec(dockerfile)?.[1];
  if (base === undefined) throw new ImageError('container/Dockerfile has no line ARG BASE=...');
  return base;
}

async function chooseBase(options: BuildOptions, log: (line: string) => void): Promise<string> {
  const { engine, base, standInTag = STAND_IN_BASE, folder, onLine, signal } = options;
  const standIn = async () => {
    await buildStandInBase(engine, { tag: standInTag, folder, log, onLine, signal });
    return standInTag;
  };
  if (base === 'stand-in') return standIn();
  const official = await officialBase();
  if (base === undefined && !isPinned(official))
    log(`WARNING: the base ${official} is named by its tag only, which may be moved: npm run image -- pin`);
  const wanted = base ?? official;
  const pulled = await pull(options, wanted, log);
  if (pulled.here) return pulled.as;
  if (base !== undefined || !pulled.unreachable)
    throw new ImageError(`${wanted} cannot be pulled: ${pulled.said}`);
  log(
    `WARNING: no registry can be reached, so ${wanted} cannot be pulled (${pulled.said.split('\n').at(-1)?.trim()}).`,
  );
  log(
    'WARNING: the image is built over a stand-in base (nats-server and busybox of this machine): do not deploy it.',
  );
  return standIn();
}

/** Older podmans take a tag or a digest, but not both. */
function withoutTag(image: string): string {
  return image.replace(/:[^:@]+(?=@)/, '');
}

type Pulled =
  | { readonly here: true; readonly as: string }
  | { readonly here: false; readonly unreachable: boolean; readonly said: string };

/** A registry that hangs is one that cannot be reached. */
const PULL_TIMEOUT_MS = 5 * 60_000;

const UNREACHABLE =
  /no such host|dial tcp|i\/o timeout|connection (?:refused|reset)|network is unreachable|no route to host|TLS handshake|Client\.Timeout|deadline exceeded|gave no result within|pinging container registry|certificate|temporary failure/i;

async function pull(
  { engine, onLine, signal }: BuildOptions,
  image: string,
  log: (line: string) => void,
): Promise<Pulled> {
  const inspect =
    engine.kind === 'buildah' ? ['inspect', '--type', 'image', image] : ['image', 'inspect', image];
  if ((await runEngine(engine, inspect, { signal })).code === 0) return { here: true, as: image };
  // podman and buildah know no default registry, except for names that somebody listed.
  const full =
    engine.kind === 'docker' || image.includes('/') ? image : `docker.io/library/${withoutTag(image)}`;
  log(`pulling ${full}`);
  const result = await runEngine(engine, ['pull', full], {
    onLine,
    signal,
    timeoutMs: PULL_TIMEOUT_MS,
  }).catch((error: unknown) => {
    if (!(error instanceof ImageError)) throw error;
    return { code: undefined, stdout: '', stderr: error.message };
  });
  if (result.code === 0) return { here: true, as: full };
  const said = lastWords(result);
  return { here: false, unreachable: UNREACHABLE.test(said), said };
}
