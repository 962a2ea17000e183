// The cache of downloaded or built programs: `<cache>/bin/<name>-<version>`. A program is put into a temporary
// directory, run there once to check its version, and only then renamed into place. So two processes that fetch the
// same one at the same time both succeed, and no process ever runs half a file.
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { whyReplaceable } from '../trust.ts';
import type { Binary, BinarySource, BinarySpec, Host, Problem } from './binary-spec.ts';
import { inspectBinary } from './inspect-binary.ts';

/** `MERIDIAN_CACHE`, else `meridian` in the user's cache directory (XDG's, or macOS's). */
export function cacheDirectory({ env, target }: Pick<Host, 'env' | 'target'>): string {
  if (env.MERIDIAN_CACHE) return resolve(env.MERIDIAN_CACHE);
  const { XDG_CACHE_HOME: xdg, HOME: home = homedir() } = env;
  // The XDG specification says to ignore a relative path.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'meridian');
  return join(home, target.platform === 'darwin' ? 'Library/Caches' : '.cache', 'meridian');
}

/** Where the program that `spec` describes is kept. */
export function cachedPath(spec: BinarySpec, host: Host): string {
  return join(cacheDirectory(host), 'bin', `${spec.name}-${spec.version}`);
}

/** Why another user could have put it there, a program or its folder; undefined if nobody else could, or if there is none. */
export async function whyNotTrusted(inCache: string): Promise<string | undefined> {
  for (const path of [inCache, resolve(inCache, '..'), resolve(inCache, '../..')]) {
    const why = await whyReplaceable(path).catch(() => undefined);
    if (why !== undefined) return `${path} ${why}`;
  }
  return undefined;
}

/** Calls `produce` with an empty directory, then keeps the executable whose path it returns, and nothing else. */
export async function keepInCache(
  spec: BinarySpec,
  host: Host,
  source: BinarySource,
  produce: (directory: string) => Promise<{ readonly path: string } | Problem>,
): Promise<Binary | Problem> {
  const path = cachedPath(spec, host);
  // Beside the final place: a rename is atomic only within one file system.
  const directory = await makeDirectory(`${path}.tmp-`);
  if (typeof directory !== 'string') return directory;
  try {
    const produced = await produce(directory);
    if ('problem' in produced) return produced;
    const inspected = await inspectBinary(spec, produced.path, host.env);
    if ('problem' in inspected) return { problem: `the result ${inspected.problem}` };
    if (inspected.version !== spec.version) {
      return { problem: `the result is version ${inspected.version}, not ${spec.version}` };
    }
    await chmod(produced.path, 0o755);
    await rename(produced.path, path);
    return { path, version: inspected.version, source };
  } finally {
    // A compiler that outlives an interrupted Go for a moment may write there.
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function makeDirectory(prefix: string): Promise<string | Problem> {
  try {
    const folder = resolve(prefix, '..');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const why = await whyNotTrusted(folder);
    if (why !== undefined)
      return { problem: `${why}, who could replace the program: run chmod go-w, or set MERIDIAN_CACHE` };
    return await mkdtemp(prefix);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { problem: `the cache can't be written (${reason}): set MERIDIAN_CACHE to a directory that can` };
  }
}
