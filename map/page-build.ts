// The page in map/dist, built when it is missing or its sources have changed. `npm start` needs it, a deploy, and tests;
// several of them may come at the same time.

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER = import.meta.dirname;
const DIST = join(FOLDER, 'dist');

/** Beside the page, which is served as a whole: which sources it was built from. */
const BUILT_FROM = join(FOLDER, '.built');

/** What the page is made of, besides packages, whose versions are in the lock file. */
const SOURCES = [
  'src',
  'build',
  'index.html',
  'vite.config.ts',
  '../api',
  '../routing',
  '../package-lock.json',
];

/**
 * Builds it unless it is there. Never rejects: a stack runs without it too, and its Worker says that it is missing.
 *
 * @param tell told before it takes a second or two, and what went wrong
 * @returns its folder
 */
export async function pageFolder(tell: (line: string) => void = () => {}): Promise<string> {
  try {
    const sources = await hashOfSources();
    if ((await readFile(BUILT_FROM, 'utf8').catch(() => '')) === sources && (await isThere())) return DIST;
    tell('building the page of the map');
    await buildPage();
    await writeFile(BUILT_FROM, sources);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    tell(`the page of the map could not be built, and the stack runs without it: ${why}`);
    await mkdir(DIST, { recursive: true });
  }
  return DIST;
}

/** Builds it into a folder of its own, which then takes the place of the one that was there. */
export async function buildPage(): Promise<void> {
  // Only now: it takes longer to load than to find out that there is nothing to do.
  const [{ build }, { default: config }] = await Promise.all([import('vite'), import('./vite.config.ts')]);
  const folder = await mkdtemp(join(FOLDER, '.dist-'));
  try {
    const outDir = join(folder, 'new');
    await build({ ...config, logLevel: 'warn', build: { ...config.build, outDir } });
    // Whoever reads it meanwhile finds one of the two.
    await rename(DIST, join(folder, 'old')).catch(ignore('ENOENT'));
    // Another one may have just put the same page there.
    await rename(outDir, DIST).catch(ignore('ENOTEMPTY', 'EEXIST'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function ignore(...codes: readonly string[]): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (!codes.includes(error.code ?? '')) throw error;
  };
}

async function isThere(): Promise<boolean> {
  return (await readFile(join(DIST, 'index.html')).catch(() => undefined)) !== undefined;
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of await filesOf(join(FOLDER, source))) hash.update(file).update(await readFile(file));
  }
  return hash.digest('hex');
}

/** A file, or all files below a folder, in an order of their own. */
async function filesOf(path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true, recursive: true });
    return entries
      .filter((entry) => entry.isFile() && /\.(?:tsx?|css|svg|html)$/.test(entry.name))
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [path];
    throw error;
  }
}
