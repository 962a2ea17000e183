// Meridian with more regions than Cloudflare has places: as `startStack` does it, with a Worker that takes them.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ApiClient } from '../../api/client.ts';
import { type Edge, startEdge } from '../../local/edge.ts';
import { serveDockerApi } from '../../local/engine/docker-api.ts';
import { Engine } from '../../local/engine/engine.ts';
import { natsImage } from '../../local/engine/nats-image.ts';
import { createRunFolder } from '../../local/run-folder.ts';
import { watchSpawns } from '../../local/spawn-watch.ts';
import type { Stack, StackOptions } from '../../local/stack.ts';
import { waitFor } from '../../local/wait-for.ts';
import { buildCrowdedWorker } from './crowded-worker.ts';

const READY_TIMEOUT_MS = 120_000;

type CrowdedOptions = Pick<StackOptions, 'config' | 'natsServer' | 'onProgress'>;

export async function startCrowdedStack(options: CrowdedOptions): Promise<Stack> {
  const undo: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await bringUp(options, undo, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function bringUp(
  { config, natsServer, onProgress }: CrowdedOptions,
  undo: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<Stack> {
  const folder = await createRunFolder();
  undo.push(folder.remove);
  const engine = new Engine({
    folder: join(folder.path, 'containers'),
    prepare: natsImage({ natsServer, onStart: folder.noteGroup }),
  });
  undo.push(() => engine.close());
  const engineSocket = join(folder.path, 'docker.sock');
  const server = await serveDockerApi(engine, engineSocket);
  undo.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  onProgress?.('engine ready');
  const build = await buildCrowdedWorker(config);
  onProgress?.('Worker built by esbuild');
  const adminToken = randomBytes(24).toString('base64url');
  const stopWatching = watchSpawns('workerd', folder.noteProcess);
  undo.push(async () => stopWatching());
  const edge = await startEdge({
    build,
    config,
    host: '127.0.0.1',
    port: 0,
    engineSocket,
    adminToken,
    onLog: () => {},
  });
  undo.push(() => edge.close());
  onProgress?.(`Worker running in workerd at ${edge.url}`);
  const api = new ApiClient({ url: edge.url, token: adminToken });
  await awaken(edge, api, onProgress);
  return {
    url: edge.url,
    adminToken,
    config,
    engine,
    api,
    regions: async () => (await api.regions()).regions,
    mesh: async () => (await api.mesh()).links,
    close,
  };
}

async function awaken(edge: Edge, api: ApiClient, onProgress?: (step: string) => void): Promise<void> {
  await edge.tick();
  const options = { timeoutMs: READY_TIMEOUT_MS };
  await waitFor('every region to be up', options, async () =>
    (await api.regions()).regions.every(({ state }) => state === 'up'),
  );
  onProgress?.('region (all of them) is up');
  await waitFor('every link of the mesh to be up', options, async () =>
    (await api.mesh()).links.every(({ state }) => state === 'up'),
  );
}
