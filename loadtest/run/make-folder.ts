// Makes a folder with those above it. Node's own "recursive" goes on for ever where the file system says that a folder's
// parent is not there although it is, as /proc does.

import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** @returns the outermost folder that was made; undefined if it was there. Rejects where one cannot be made */
export async function makeFolder(path: string): Promise<string | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found?.isDirectory()) return undefined;
  if (found !== undefined) throw new Error(`${path} is a file`);
  const above = dirname(path) === path ? undefined : await makeFolder(dirname(path));
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    // Another run has made it meanwhile.
    if (error.code !== 'EEXIST') throw error;
  });
  return above ?? path;
}
