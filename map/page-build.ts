// Builds the page into map/dist. Several may do so at the same time, and others read it meanwhile.

import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import config from './vite.config.ts';

const FOLDER = import.meta.dirname;
const DIST = join(FOLDER, 'dist');

/** Builds it into a folder of its own, which then takes the place of the one that was there. */
export async function buildPage(): Promise<void> {
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
