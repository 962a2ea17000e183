// The tag of the image: what it is made of, as a hash. The same sources are the same tag, so that a deploy of them restarts no
// server.

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const TAG_CHARACTERS = 16;

/** @param folder of the Dockerfile, all of which counts, but tests */
export async function imageTag(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter((each) => each.isFile() && !each.name.includes('.test.'));
  for (const path of files.map(({ parentPath, name }) => join(parentPath, name)).toSorted()) {
    const bytes = await readFile(path);
    hash.update(`${path.slice(folder.length)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex').slice(0, TAG_CHARACTERS);
}
