// Writes maps of simulated scenarios: to the file that was asked for, or to one file per scenario.

import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { drawMap, type Mapped } from './map.ts';
import { SimulateError } from './simulate-error.ts';

/** @returns the files, in the order of the scenarios */
export async function writeMaps(path: string, simulated: readonly Mapped[]): Promise<readonly string[]> {
  const isFolder = !path.endsWith('.svg') || (await isExistingFolder(path));
  const files = simulated.map(({ setup }) => fileOf(path, setup.name, isFolder, simulated.length));
  const double = files.find((file, index) => files.indexOf(file) !== index);
  if (double !== undefined)
    throw new SimulateError(`two scenarios would both be drawn to ${double}: rename one`);
  for (const [index, file] of files.entries()) {
    const mapped = simulated[index];
    if (mapped !== undefined) await write(file, drawMap(mapped));
  }
  return files;
}

/** `maps` -> `maps/NAME.svg`; `map.svg` -> itself for one scenario, else `map-NAME.svg`. */
function fileOf(path: string, name: string, isFolder: boolean, count: number): string {
  const safeName = name.replace(/[^A-Za-z0-9._-]+/g, '-');
  if (isFolder) return join(path, `${safeName}.svg`);
  return count === 1 ? path : path.replace(/\.svg$/, `-${safeName}.svg`);
}

async function isExistingFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false, // Nothing there: a file to be made.
  );
}

async function write(file: string, svg: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, svg);
  } catch (cause) {
    throw new SimulateError(`cannot write ${file}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}
