// The steps of a canary as they are done: wrangler builds and deploys, Cloudflare's API tells and takes back, the edge tells
// whether the region serves, and the contract suite judges it.

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError, EXIT } from '../../cli/exit.ts';
import { ROOT } from '../../cli/regions-file.ts';
import type { DeployApi } from '../deploy-api.ts';
import { runProgramThrough } from '../program.ts';
import { withImages } from '../wrangler-file.ts';
import type { CanarySteps } from './canary.ts';
import { waitForServer } from './restarted-server.ts';

const PROJECT = fileURLToPath(ROOT);
const WRANGLER = join(PROJECT, 'node_modules/wrangler/bin/wrangler.js');

/** wrangler.toml with other images; beside it, since its paths are relative. In .gitignore. */
const CANARY_FILE = join(PROJECT, '.wrangler.canary.toml');

/** SIGTERM, a JetStream region's turn, lame duck and a start: docs/operations.md. */
const RESTART_TIMEOUT_MS = 20 * 60_000;
const POLL_MS = 5_000;

export interface CanaryWorld {
  readonly api: DeployApi;
  /** Text of wrangler.toml. */
  readonly wrangler: string;
  readonly worker: string;
  readonly region: string;
  /** The image's address, by its tag. */
  readonly image: string;
  /** Whether a container has it already: then it is in the registry. */
  readonly isThere: boolean;
  /** nats-server's id before the deploy; undefined if the region has the image already, so that nothing restarts. */
  readonly serverId: string | undefined;
  readonly url: string;
  /** Where the regions are shown to readers only. */
  readonly token: string | undefined;
  /** More for `wrangler deploy`. */
  readonly args: readonly string[];
  readonly message: string;
}

export function canarySteps(world: CanaryWorld): CanarySteps {
  const { api, worker, image, message } = world;
  return {
    build: async () => {
      const tag = image.split('/').at(-1) ?? image;
      if (!world.isThere)
        await run('the image', [WRANGLER, 'containers', 'build', 'container', '--push', '--tag', tag]);
      return image;
    },
    deploy: async (images) => {
      await writeFile(CANARY_FILE, withImages(world.wrangler, images));
      try {
        await run('wrangler deploy', [WRANGLER, 'deploy', '--config', CANARY_FILE, ...world.args]);
      } finally {
        await rm(CANARY_FILE, { force: true });
      }
    },
    waitForRegion: (interrupted) =>
      waitForServer(world, {
        ...{ before: world.serverId, timeoutMs: RESTART_TIMEOUT_MS, pollMs: POLL_MS, interrupted },
      }),
    contract: () =>
      run('the contract suite', [
        join(PROJECT, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--project',
        'e2e',
        'test/contract',
      ]),
    serveVersion: (version) => api.serveVersion(worker, version, { message }),
    setImage: async (name, to) => {
      const application = (await api.applications()).find((each) => each.name === name);
      if (application !== undefined && application.configuration.image !== to)
        await api.setImage(application, to);
    },
    tell: (line) => console.error(line),
  };
}

async function run(what: string, args: readonly string[]): Promise<void> {
  const { code } = await runProgramThrough({ file: process.execPath, args, cwd: PROJECT });
  if (code !== 0)
    throw new CommandError(EXIT.refused, `${what} failed, exit code ${code}: its message is above.`);
}
