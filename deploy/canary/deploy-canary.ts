// `npm run deploy -- --canary`: finds out what runs, and deploys one region first.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CommandError, EXIT } from '../../cli/exit.ts';
import { interruptible } from '../../cli/interrupt.ts';
import { ROOT } from '../../cli/regions-file.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { parseConfig } from '../../regions/validate.ts';
import { prepareDeploy } from '../cloudflare.ts';
import { DeployApi } from '../deploy-api.ts';
import { imagesOf } from '../deploy-record.ts';
import type { Environment } from '../target.ts';
import { readWranglerFile } from '../wrangler-file.ts';
import { type Canary, runCanary } from './canary.ts';
import { canaryRegion } from './canary-region.ts';
import { canarySteps } from './canary-steps.ts';
import { imageTag } from './image-tag.ts';
import { runningServerId } from './restarted-server.ts';

/** In Cloudflare's registry, which wrangler pushes to. */
const REGISTRY = 'registry.cloudflare.com';
const REPOSITORY = 'meridian';

export interface CanaryOptions {
  /** An id, or true for one that is chosen here. */
  readonly region: string | true;
  /** More for `wrangler deploy`. */
  readonly wrangler: readonly string[];
}

/** What would be done, for a dry run. @throws CommandError if there is no such region */
export async function canaryText(region: CanaryOptions['region']): Promise<string> {
  const { config } = await readProject();
  const { id } = canaryRegion(config, region);
  return [
    'Canary:',
    `  1. the Worker, and ${id} with the new image; the other regions keep theirs`,
    `  2. wait until ${id} has restarted and serves, then the contract suite`,
    '  3. the others; if 2 fails, the Worker and the image are taken back instead',
  ].join('\n');
}

/** @throws CommandError with what failed, and what was taken back */
export async function deployCanary({ region, wrangler }: CanaryOptions, env: Environment): Promise<void> {
  const { config, text, file } = await readProject();
  const { id } = canaryRegion(config, region);
  const api = new DeployApi(env);
  const [[version], migration, images] = await Promise.all([
    api.versions(file.worker),
    api.migrationOf(file.worker),
    imagesOf(api, file.containers),
  ]);
  const application = instanceNameOf(id);
  if (version === undefined || images[application] === undefined)
    throw new CommandError(
      EXIT.refused,
      `Cloudflare: ${id} is not deployed yet, so there is nothing to go back to: deploy once without --canary.`,
      { details: { code: 'canary_not_deployed', platform: 'cloudflare', region: id } },
    );
  const present = { version, migration: migration ?? null, images: new Map(Object.entries(images)) };
  const tag = await imageTag(fileURLToPath(new URL('container', ROOT)));
  const image = `${REGISTRY}/${api.account}/${REPOSITORY}:${tag}`;
  const isThere = Object.values(images).includes(image);
  const isRunning = images[application] === image;
  const edge = { url: env.MERIDIAN_URL ?? '', token: env.MERIDIAN_TOKEN, region: id };
  const serverId = isRunning ? undefined : await runningServerId(edge);
  await prepareDeploy();
  const steps = canarySteps({
    ...{ api, wrangler: text, worker: file.worker, image, isThere, ...edge, serverId, args: wrangler },
    message: `canary ${id} failed`,
  });
  const canary: Canary = {
    ...{ region: id, application, applications: file.containers, migration: file.migration, present },
  };
  if (isRunning)
    steps.tell(
      'Canary: the image is the one that runs: only the Worker is new, and it is so everywhere at once.',
    );
  await untilTakenBack((interrupted) => runCanary(canary, steps, interrupted));
}

/** Ctrl-C ends the program of the step that runs; what was changed is taken back before this one ends. */
async function untilTakenBack(work: (interrupted: AbortSignal) => Promise<void>): Promise<void> {
  let ended: Promise<void> = Promise.resolve();
  await interruptible(
    (interrupted) => {
      ended = work(interrupted);
      return ended;
    },
    () => ended.catch((error: Error) => console.error(error.message)),
  );
}

async function readProject() {
  const read = (path: string) => readFile(new URL(path, ROOT), 'utf8');
  const [text, regions] = await Promise.all([read('wrangler.toml'), read('regions/regions.json')]);
  const result = parseConfig(regions);
  if (!result.ok)
    throw new CommandError(EXIT.refused, 'regions/regions.json is not valid: `npm run regions -- check`.');
  return { text, file: readWranglerFile(text), config: result.config };
}
