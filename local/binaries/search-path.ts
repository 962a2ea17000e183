// PATH, as a shell reads it.
import { delimiter, resolve } from 'node:path';
import type { Environment } from './binary-spec.ts';
import { whyNotExecutable } from './executable-file.ts';

/** Every executable of this name on PATH, in its order, as absolute paths. An empty entry is skipped. */
export async function executablesOnPath(name: string, env: Environment): Promise<string[]> {
  const directories = (env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  const candidates = [...new Set(directories.map((directory) => resolve(directory, name)))];
  const obstacles = await Promise.all(candidates.map(whyNotExecutable));
  return candidates.filter((_, i) => obstacles[i] === undefined);
}
