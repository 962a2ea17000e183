// Python with nats-py, as a reader of examples/python installs it.

import { join } from 'node:path';
import { preparedOnce } from './prepared-once.ts';
import { EXAMPLES, isThere, runExample } from './run-example.ts';

/**
 * The Python of a virtual environment with the packages of examples/python, kept in the cache until they change. Undefined
 * where Python has no venv.
 */
export async function pythonWithNats(): Promise<string | undefined> {
  if (!(await isThere('python3', '-c', 'import venv, ensurepip'))) return undefined;
  const requirements = join(EXAMPLES, 'python/requirements.txt');
  const folder = await preparedOnce('python', [requirements], async (into) => {
    await runExample({ file: 'python3', args: ['-m', 'venv', into] });
    await runExample({
      file: join(into, 'bin/python'),
      args: ['-m', 'pip', 'install', '--quiet', '-r', requirements],
    });
  });
  return join(folder, 'bin/python');
}
