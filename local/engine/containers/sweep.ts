// Removes containers, networks and images from an engine: those of one run, or all that killed runs left.

import { waitFor } from '../../../waiting/wait-for.ts';
import type { EngineClient } from './engine-client.ts';
import { BUILD_LABEL, hasEnded, PROCESS_LABEL, processOfImage, RUN_IMAGE, RUN_LABEL } from './ownership.ts';

interface Listed {
  readonly Id: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

interface ListedImage {
  readonly RepoTags?: readonly string[] | null;
}

/** What a removal meets when the engine or somebody else is faster: not there, or being removed. */
const CONFLICT = 409;
const GONE = [404, CONFLICT];

const UNUSED_WITHIN_MS = 10_000;
const UNUSED_POLL_MS = 250;

/** Ends and removes a container, or does nothing when it is gone already. */
export async function removeContainer(client: EngineClient, id: string): Promise<void> {
  await client.call('DELETE', `/containers/${id}?force=true&v=true`, { allow: GONE });
}

/** Removes what is left of one run. */
export async function removeRun(client: EngineClient, run: string): Promise<void> {
  const label = `${RUN_LABEL}=${run}`;
  const left = await list(client, '/containers/json?all=true', label);
  await Promise.all(left.map(({ Id }) => removeContainer(client, Id)));
  for (const { Id } of await list(client, '/networks?', label)) await removeNetwork(client, Id);
}

/** Removes what runs left whose process has ended. Returns how many containers that were. */
export async function sweepEngine(client: EngineClient): Promise<number> {
  const ended = async (path: string) =>
    (await list(client, path, PROCESS_LABEL)).filter(({ Labels }) => hasEnded(Labels?.[PROCESS_LABEL] ?? ''));
  const left = await ended('/containers/json?all=true');
  await Promise.all(left.map(({ Id }) => removeContainer(client, Id)));
  for (const { Id } of await ended('/networks?')) await removeNetwork(client, Id);
  const images = (await listImages(client)).filter((name) => hasEnded(processOfImage(name) ?? ''));
  for (const name of images) await removeImage(client, name);
  for (const { Id, Labels } of await list(client, '/images/json?', BUILD_LABEL, { dangling: ['true'] }))
    if (hasEnded(processOfImage(Labels?.[BUILD_LABEL] ?? '') ?? '')) await removeImage(client, Id);
  return left.length;
}

/** Whether it is gone: one that something else uses stays. */
export async function removeImage(client: EngineClient, name: string): Promise<boolean> {
  const { status } = await client.call('DELETE', `/images/${name}`, { allow: GONE });
  return status !== CONFLICT;
}

/** The same, once nothing uses it: an engine cleans up for a moment after a build that was interrupted. */
export async function removeUsedImage(client: EngineClient, name: string): Promise<void> {
  const options = { timeoutMs: UNUSED_WITHIN_MS, pollMs: UNUSED_POLL_MS };
  // What stays is swept by the next start.
  await waitFor(`${name} to be unused`, options, () => removeImage(client, name)).catch(() => undefined);
}

async function removeNetwork(client: EngineClient, id: string): Promise<void> {
  await client.call('DELETE', `/networks/${id}`, { allow: GONE });
}

/** What carries a label. */
async function list(
  client: EngineClient,
  path: string,
  label: string,
  others: Readonly<Record<string, readonly string[]>> = {},
): Promise<readonly Listed[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [label], ...others }));
  return (await client.call<Listed[]>('GET', `${path}&filters=${filters}`)).body ?? [];
}

async function listImages(client: EngineClient): Promise<readonly string[]> {
  const { body = [] } = await client.call<ListedImage[]>('GET', '/images/json');
  return body.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => tag.includes(`${RUN_IMAGE}:`));
}
