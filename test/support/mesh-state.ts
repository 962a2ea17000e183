// Waiting for the mesh and its regions, as the API shows them.

import type { MeshLink } from '../../api/mesh.ts';
import type { SeenState } from '../../api/states.ts';
import type { Stack } from '../../local/stack.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from './client.ts';
import type { Place } from './data/places.ts';

/** Restarts are at most 30 s apart after a long outage; after a short one they take a second or two. */
const WHOLE_TIMEOUT_MS = 40_000;

/** Regions that refused quickly are tried again within seconds. */
const FORGIVEN_WITHIN_MS = 15_000;

export async function meshIsWhole(stack: Stack, timeoutMs: number = WHOLE_TIMEOUT_MS): Promise<void> {
  const expected = stack.config.regions.length - 1;
  await waitFor('the mesh to be whole', { timeoutMs }, async () => {
    const [regions, links] = await Promise.all([stack.regions(), stack.mesh()]);
    return (
      regions.every(({ state, peers }) => state === 'up' && peers?.length === expected) &&
      links.every(({ state }) => state === 'up')
    );
  });
}

export async function regionIs(
  stack: Stack,
  region: string,
  state: SeenState,
  timeoutMs: number,
): Promise<void> {
  await waitFor(
    `${region} to be ${state}`,
    { timeoutMs },
    async () => (await stateOf(stack, region)) === state,
  );
}

export async function stateOf(stack: Stack, region: string): Promise<SeenState | undefined> {
  return (await stack.regions()).find(({ id }) => id === region)?.state;
}

/** A data center avoids a region for some seconds after it failed; this waits until it no longer does. */
export async function landsIn(stack: Stack, place: Place, region: string): Promise<void> {
  await waitFor(
    `a client in ${place.city} to land in ${region}`,
    { timeoutMs: FORGIVEN_WITHIN_MS },
    async () => {
      await using client = await connectFrom(stack.url, place);
      return client.region === region;
    },
  );
}

export async function linkBetween(stack: Stack, one: string, other: string): Promise<MeshLink> {
  const link = (await stack.mesh()).find(({ a, b }) => [one, other].includes(a) && [one, other].includes(b));
  if (link === undefined) throw new Error(`the mesh has no link ${one} - ${other}`);
  return link;
}
