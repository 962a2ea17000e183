// Finds a program that Meridian runs on this machine, or downloads or builds it on first use. In this order: the
// `path` option, its environment variable, PATH, the project's cache, `go install`, the release archive. A path that
// was given explicitly is used or refused, never silently skipped.
import { resolve } from 'node:path';
import { BinaryError } from './binary-error.ts';
import type { Binary, BinarySource, BinarySpec, Environment, Host, Problem, Target } from './binary-spec.ts';
import { cachedPath, whyNotTrusted } from './cache.ts';
import { installWithGo } from './go-install.ts';
import { inspectBinary } from './inspect-binary.ts';
import { downloadRelease } from './release-archive.ts';
import { executablesOnPath } from './search-path.ts';

export interface EnsureBinaryOptions {
  /** The executable to use, without any search. Default: none. */
  readonly path?: string | undefined;
  /** Told what is used and where it came from, and before any step that takes long. Default: no log. */
  readonly log?: ((line: string) => void) | undefined;
  /** Default: `process.env`. */
  readonly env?: Environment | undefined;
  /** The platform to download for. Default: this one. */
  readonly target?: Target | undefined;
  /** Ends a download or a build; what was begun is removed. Default: nothing does. */
  readonly signal?: AbortSignal | undefined;
}

type Step = readonly [BinarySource, (spec: BinarySpec, host: Host) => Promise<Binary | Problem>];

const STEPS: readonly Step[] = [
  ['PATH', findOnPath],
  ['cache', findInCache],
  ['go install', installWithGo],
  ['release archive', downloadRelease],
];

/** The program, its version checked. Throws a `BinaryError` that names everything tried, or the signal's reason. */
export async function ensureBinary(spec: BinarySpec, options: EnsureBinaryOptions = {}): Promise<Binary> {
  const { env = process.env, target = process, log = () => {}, signal } = options;
  const host: Host = { env, target, log, signal };
  const binary = (await useGiven(spec, options.path, host)) ?? (await tryInOrder(spec, host));
  log(`${spec.name} ${binary.version} from ${binary.source} (${binary.path})`);
  return binary;
}

/** The executable that the caller or the environment names; undefined when neither does. */
async function useGiven(
  spec: BinarySpec,
  option: string | undefined,
  { env }: Host,
): Promise<Binary | undefined> {
  const given = option ?? (env[spec.variable] || undefined);
  if (given === undefined) return undefined;
  const path = resolve(given);
  const inspected = await inspectBinary(spec, path, env);
  if (!('problem' in inspected)) {
    return { path, version: inspected.version, source: option === undefined ? 'environment' : 'option' };
  }
  const origin = option === undefined ? `the environment variable ${spec.variable}` : 'the option "path"';
  const fix = `Correct it, or leave it out to have ${spec.name} found, downloaded or built.`;
  throw new BinaryError(
    spec.name,
    `${path}, given as ${spec.name} by ${origin}, ${inspected.problem}. ${fix}`,
  );
}

async function tryInOrder(spec: BinarySpec, host: Host): Promise<Binary> {
  const tried: string[] = [];
  for (const [source, step] of STEPS) {
    host.signal?.throwIfAborted();
    const outcome = await step(spec, host);
    if (!('problem' in outcome)) return outcome;
    tried.push(`${source}: ${outcome.problem}`);
  }
  const { name, version, minimumVersion, variable } = spec;
  const message = [
    `${name} was not found, and could not be downloaded or built:`,
    ...tried.map((line) => `  - ${line}`),
    `Install ${name} ${minimumVersion} or later (${version} is best) and put it on PATH, or name it in ${variable}.`,
  ];
  throw new BinaryError(name, message.join('\n'), tried);
}

async function findOnPath(spec: BinarySpec, host: Host): Promise<Binary | Problem> {
  const passedOver: string[] = [];
  for (const path of await executablesOnPath(spec.name, host.env)) {
    const inspected = await inspectBinary(spec, path, host.env);
    if (!('problem' in inspected)) return { path, version: inspected.version, source: 'PATH' };
    host.log(`skipping ${path}: it ${inspected.problem}`);
    passedOver.push(`${path} ${inspected.problem}`);
  }
  return { problem: passedOver.join('; ') || `no ${spec.name}` };
}

async function findInCache(spec: BinarySpec, host: Host): Promise<Binary | Problem> {
  const path = cachedPath(spec, host);
  const untrusted = await whyNotTrusted(path);
  if (untrusted !== undefined) return { problem: untrusted };
  const inspected = await inspectBinary(spec, path, host.env);
  if ('problem' in inspected) return { problem: `${path} ${inspected.problem}` };
  return { path, version: inspected.version, source: 'cache' };
}
