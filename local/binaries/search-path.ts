// PATH, as a shell reads it, except that an empty entry does not mean the working directory: it is skipped.
import { delimiter, resolve } from 'node:path';
import which from 'which';
import type { Environment } from './binary-spec.ts';

/** Every executable of this name on PATH, in its order, as absolute paths. */
export async function executablesOnPath(name: string, env: Environment): Promise<readonly string[]> {
  const directories = (env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  if (directories.length === 0) return [];
  const found = await which(name, { all: true, nothrow: true, path: directories.join(delimiter) });
  return [...new Set(found?.map((path) => resolve(path)))];
}
