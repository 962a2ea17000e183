// What `wrangler dev` leaves behind: containers that workerd made for this Worker, and the names of the images that were
// built for the run. Of both only what was not there before.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'smol-toml';
import { waitFor } from '../../waiting/wait-for.ts';
import { runEngine } from '../image/engine-command.ts';
import type { DockerCommand } from './requirements.ts';

const WRANGLER_TOML = fileURLToPath(new URL('../../wrangler.toml', import.meta.url));

/** wrangler gives each run's images a tag of its own below this. */
const IMAGES = 'cloudflare-dev/*';

/** The engine kills what does not stop, after ten seconds. */
const REMOVE_TIMEOUT_MS = 60_000;

/** Ids of containers, names of images. */
export interface Things {
  readonly containers: readonly string[];
  readonly images: readonly string[];
}

/** What is there: workerd names containers `workerd-<hash>-<Worker>-<class>-<object>`. */
export async function thingsOf(docker: DockerCommand): Promise<Things> {
  const { name } = parse(await readFile(WRANGLER_TOML, 'utf8'));
  const named = `name=^/?workerd-[0-9a-f]+-${String(name)}-`;
  const format = '{{.Repository}}:{{.Tag}}';
  return {
    containers: await list(docker, ['ps', '--all', '--quiet', '--no-trunc', '--filter', named]),
    images: await list(docker, ['image', 'ls', '--filter', `reference=${IMAGES}`, '--format', format]),
  };
}

/** Removes what has come since `before`; how many containers that were. */
export async function removeNew(docker: DockerCommand, before: Things): Promise<number> {
  let removed = 0;
  // A sidecar goes only after the container whose network it has, and workerd may be making one still.
  await waitFor('the containers to be removed', { timeoutMs: REMOVE_TIMEOUT_MS, pollMs: 200 }, async () => {
    const left = (await thingsOf(docker)).containers.filter((id) => !before.containers.includes(id));
    removed = Math.max(removed, left.length);
    if (left.length > 0) await runEngine(docker, ['rm', '--force', '--volumes', ...left]);
    return left.length === 0;
  });
  const images = (await thingsOf(docker)).images.filter((image) => !before.images.includes(image));
  if (images.length > 0) await runEngine(docker, ['image', 'rm', ...images]);
  return removed;
}

async function list(docker: DockerCommand, args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await runEngine(docker, args);
  return stdout.split('\n').filter((line) => line !== '');
}
