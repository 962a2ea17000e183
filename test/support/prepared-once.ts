// What tests fetch or build with another language's package manager, once, into the cache.

import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../../local/binaries/cache.ts';

/**
 * A folder of the cache that `fill` has filled to its end.
 * @param sources files: if one of them changes, it is another folder
 */
export async function preparedOnce(
  name: string,
  sources: readonly string[],
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) hash.update(await readFile(source));
  const id = hash.digest('hex').slice(0, 12);
  const folder = join(cacheDirectory({ env: process.env, target: process }), `${name}-${id}`);
  const complete = join(folder, 'complete');
  const isComplete = await access(complete).then(
    () => true,
    () => false,
  );
  if (isComplete) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await fill(folder);
  await writeFile(complete, '');
  return folder;
}
