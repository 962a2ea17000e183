// The page of the live map, built when it is missing or when its sources have changed. A stack starts without it too.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const MAP = join(PROJECT, 'map');

/** What the Worker serves; `directory` of `[assets]` in wrangler.toml. */
const PAGE_FOLDER = join(MAP, 'dist');

/** Which sources it was built from. */
const STAMP = join(PROJECT, 'node_modules/.cache/map-page.sha256');

const NOT_SOURCES = /(?:^|\/)(?:dist|node_modules)(?:\/|$)|\.test\.tsx?$/;

/** Builds the page unless it is there and new. Never rejects: what went wrong is told. @returns its folder, which is there */
export async function ensureMapPage(tell: (line: string) => void = () => {}): Promise<string> {
  try {
    await mkdir(PAGE_FOLDER, { recursive: true });
    const hash = await hashOfSources();
    if (hash === undefined || (await isBuiltFrom(hash))) return PAGE_FOLDER;
    tell('building the page of the map');
    await promisify(execFile)(process.execPath, ['local/run.mjs', 'map/cli.ts', 'build'], { cwd: PROJECT });
    await mkdir(dirname(STAMP), { recursive: true });
    await writeFile(STAMP, hash);
  } catch (error) {
    tell(
      `the page of the map could not be built, and the stack runs without it: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return PAGE_FOLDER;
}

/** Undefined if there is nothing to build. */
async function hashOfSources(): Promise<string | undefined> {
  const entries = await readdir(MAP, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !NOT_SOURCES.test(path.slice(MAP.length + 1)))
    .toSorted();
  if (!files.includes(join(MAP, 'cli.ts'))) return undefined;
  const hash = createHash('sha256');
  for (const path of files) hash.update(`${path}\n`).update(await readFile(path));
  return hash.digest('hex');
}

async function isBuiltFrom(hash: string): Promise<boolean> {
  try {
    await readFile(join(PAGE_FOLDER, 'index.html'));
    return (await readFile(STAMP, 'utf8')) === hash;
  } catch {
    return false;
  }
}
