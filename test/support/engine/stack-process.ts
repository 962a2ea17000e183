// The local stack in a process of its own, as `npm start` runs it, with a Worker that was built before: a start then takes a
// third of the time. Arguments: the file of the Worker, the engine, the image. For tests that need many starts.

import { readFile } from 'node:fs/promises';
import { startStack } from '../../../local/stack.ts';
import type { WorkerBuild } from '../../../local/worker-build.ts';
import { configOf } from '../data/checked-in.ts';

const [file = '', engine = '', image = ''] = process.argv.slice(2);
const build = JSON.parse(await readFile(file, 'utf8')) as WorkerBuild;
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
try {
  const stack = await startStack({
    config: configOf(['oc']),
    build: async () => build,
    realEngine: { engine, image },
    onProgress: console.log,
    signal: stop.signal,
  });
  console.log(`ready ${stack.url}`);
  await new Promise((resolve) => {
    if (stop.signal.aborted) resolve(undefined);
    stop.signal.addEventListener('abort', resolve);
  });
  await stack.close();
} catch (error) {
  if (!stop.signal.aborted) console.error(error);
  process.exitCode = stop.signal.aborted ? 130 : 1;
}
process.exit();
