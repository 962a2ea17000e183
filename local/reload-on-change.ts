// `npm run dev`: when a source of the Worker or the configuration changes, the Worker is rebuilt and restarted. The
// regions' servers keep running; so does the old Worker if the new one cannot be built or started.

import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MeridianConfig } from '../regions/config.ts';
import { diffConfigs, platformChanges } from '../regions/edits/diff.ts';
import type { Console } from './console.ts';
import { type ConfigSource, loadConfig } from './load-config.ts';
import type { Stack } from './stack.ts';
import { watchPaths } from './watch-paths.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** What the Worker is made of. */
const SOURCES = ['worker', 'routing', 'regions', 'api', 'cost', 'scaling', 'waiting', 'wrangler.toml'];

/** How long to wait for more: an editor or a `git checkout` writes several files, and some of them twice. */
const SETTLE_MS = 100;

/** Watches until it is closed; closing waits for a reload in progress. */
export function reloadOnChange(
  stack: Stack,
  source: ConfigSource,
  output: Pick<Console, 'step' | 'error'>,
): { close(): Promise<void> } {
  let changed: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let reloading: Promise<void> | undefined;
  const reloadUntilCurrent = async () => {
    while (changed !== undefined) {
      const path = relative(PROJECT, changed);
      changed = undefined;
      await reload(stack, source)
        .then(() => output.step(`${path} changed: the Worker was rebuilt and restarted`))
        .catch((error: Error) =>
          output.error(`${path} changed, but the old Worker keeps running: ${error.message}`),
        );
    }
    reloading = undefined;
  };
  const paths = SOURCES.map((name) => `${PROJECT}${name}`);
  const stopWatching = watchPaths(source.config === undefined ? paths : [...paths, source.config], (path) => {
    if (!isSource(path)) return;
    changed = path;
    clearTimeout(timer);
    timer = setTimeout(() => {
      reloading ??= reloadUntilCurrent();
    }, SETTLE_MS);
  });
  return {
    close: async () => {
      stopWatching();
      clearTimeout(timer);
      changed = undefined;
      await reloading;
    },
  };
}

async function reload(stack: Stack, source: ConfigSource): Promise<void> {
  const { config } = await loadConfig(source);
  checkPlatform(stack.config, config);
  await stack.reload(config);
}

/** @throws Error for a change that would need a deploy: here it needs a new stack. */
function checkPlatform(running: MeridianConfig, wanted: MeridianConfig): void {
  const paths = platformChanges(diffConfigs(running, wanted)).map(({ path }) => path);
  if (paths.length > 0)
    throw new Error(`${paths.join(', ')} changed, which needs a restart (Ctrl-C, npm run dev)`);
}

/** True for sources: not for tests, and not for an editor's temporary files. */
function isSource(path: string): boolean {
  return /\.(ts|json|toml)$/.test(path) && !path.endsWith('.test.ts');
}
