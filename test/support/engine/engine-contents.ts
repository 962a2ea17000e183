// What is in a container engine, to tell what a run has left.

import type { EngineClient } from '../../../local/engine/containers/engine-client.ts';
import { EngineRefusal } from '../../../local/engine/containers/engine-problem.ts';
import { PROCESS_LABEL } from '../../../local/engine/containers/ownership.ts';

export interface ListedInEngine {
  readonly Id: string;
  readonly Name?: string;
  readonly Names?: readonly string[];
  readonly State?: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

/** Names of containers and networks, and ids of images, unnamed ones included. */
export async function contentsOf(client: EngineClient): Promise<readonly string[]> {
  const [containers, builds, networks, images] = await Promise.all([
    list(client, '/containers/json?all=true'),
    buildsIn(client),
    list(client, '/networks'),
    list(client, '/images/json?all=true'),
  ]);
  return [
    ...containers.map(({ Names = [] }) => `container ${Names[0]}`),
    ...builds.map(({ Names = [] }) => `build ${Names[0]}`),
    ...networks.map(({ Name }) => `network ${Name}`),
    ...images.map(({ Id }) => `image ${Id}`),
  ].toSorted();
}

/** What podman is building images in, or has left of it. Docker's API shows nothing of the kind. */
export async function buildsIn(client: EngineClient): Promise<readonly ListedInEngine[]> {
  const path = '/v4.0.0/libpod/containers/json?all=true&external=true';
  const all = await list(client, path).catch((error: unknown) => {
    if (error instanceof EngineRefusal && error.status === 404) return [];
    throw error;
  });
  return all.filter(({ State }) => State === 'storage');
}

/** The containers of runs, of all that use this engine. */
export async function containersOfRuns(client: EngineClient): Promise<readonly ListedInEngine[]> {
  return (await list(client, '/containers/json?all=true')).filter(({ Labels }) => Labels?.[PROCESS_LABEL]);
}

async function list(client: EngineClient, path: string): Promise<readonly ListedInEngine[]> {
  return (await client.call<readonly ListedInEngine[]>('GET', path)).body ?? [];
}
