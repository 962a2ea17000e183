// Where a run was made and with what: figures of another machine or version are another matter.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Machine } from '../report/summary.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export function readMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryBytes: totalmem(),
    os: `${type()} ${release()} ${arch()}`,
  };
}

/** The version in package.json, with the commit where there is one: `0.1.0 (e968bbc)`. */
export async function readMeridianVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')) as { version: string };
  const commit = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined, // A copy without git's folder, or no git.
  );
  return commit === undefined ? version : `${version} (${commit})`;
}
