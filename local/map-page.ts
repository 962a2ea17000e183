// The page of the live map, built when it is missing or when its sources have changed. A stack starts without it too.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const MAP = join(PROJECT, 'map');

/** The module of its files, which the Worker carries: `[alias]` in wrangler.toml. */
const MODULE = join(MAP, 'dist/page.js');

const NOT_BUILT =
  'Meridian runs, but the page of its map was not built: run "npm run map -- build" and start or deploy again.\n';

/** Which sources it was built from. */
const STAMP = join(PROJECT, 'node_modules/.cache/map-page.sha256');

const NOT_SOURCES = /(?:^|\/)(?:dist|node_modules)(?:\/|$)|\.test\.tsx?$/;

/** Builds the page unless it is there and new. Never rejects: what went wrong is told. @returns its module, which is there */
export async function ensureMapPage(tell: (line: string) => void = () => {}): Promise<string> {
  try {
    const hash = await hashOfSources();
    if (hash === undefined) await writeNotBuilt();
    if (hash === undefined || (await isBuiltFrom(hash))) return MODULE;
    tell('building the page of the map');
    await promisify(execFile)(process.execPath, ['local/run.mjs', 'map/cli.ts', 'build'], { cwd: PROJECT });
    await mkdir(dirname(STAMP), { recursive: true });
    await writeFile(STAMP, hash);
  } catch (error) {
    tell(
      `the page of the map could not be built, and the stack runs without it: ${error instanceof Error ? error.message : String(error)}`,
    );
    await writeNotBuilt();
  }
  return MODULE;
}

/** So that a Worker can be built; one that is there already stays. */
async function writeNotBuilt(): Promise<void> {
  const files = { '/index.html': { type: 'text/plain; charset=utf-8', text: NOT_BUILT } };
  await mkdir(dirname(MODULE), { recursive: true });
  const text = `export const build = 'none';\nexport const files = ${JSON.stringify(files)};\n`;
  await writeFile(MODULE, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
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
    await readFile(MODULE);
    return (await readFile(STAMP, 'utf8')) === hash;
  } catch {
    return false;
  }
}
