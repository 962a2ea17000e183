// Python with nats-py, as a reader of examples/python installs it.

import { createHash } from 'node:crypto';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../../local/binaries/cache.ts';
import { EXAMPLES, isThere, runExample } from './run-example.ts';

/**
 * The Python of a virtual environment with the packages of examples/python, kept in the cache until they change. Undefined
 * where Python has no venv.
 */
export async function pythonWithNats(): Promise<string | undefined> {
  if (!(await isThere('python3', '-c', 'import venv, ensurepip'))) return undefined;
  const requirements = join(EXAMPLES, 'python/requirements.txt');
  const hash = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const folder = join(cacheDirectory({ env: process.env, target: process }), `python-${hash}`);
  const python = join(folder, 'bin/python');
  const complete = join(folder, 'complete');
  if (
    await access(complete).then(
      () => false,
      () => true,
    )
  ) {
    await rm(folder, { recursive: true, force: true });
    await runExample({ file: 'python3', args: ['-m', 'venv', folder] });
    await runExample({ file: python, args: ['-m', 'pip', 'install', '--quiet', '-r', requirements] });
    await writeFile(complete, '');
  }
  return python;
}
