// Containers in a real engine, for one run of the local stack (`--engine`): the engine, the image, and that nothing of
// either stays.

import { ContainerRuntime } from './engine/containers/container-runtime.ts';
import type { EngineClient } from './engine/containers/engine-client.ts';
import { openEngine } from './engine/containers/open-engine.ts';
import { baseOf, imageOf, newOwner, type Owner } from './engine/containers/ownership.ts';
import { removeUsedImage } from './engine/containers/sweep.ts';
import type { RunListeners, Runtime } from './engine/runtime.ts';
import { buildImage } from './image/build.ts';
import { findEngine } from './image/find-engine.ts';
import type { RunFolder } from './run-folder.ts';

export interface RealEngineOptions {
  /** `docker`, `podman`, or a socket such as `unix:///var/run/docker.sock`. */
  readonly engine: string;
  /** An image that the engine has. Default: one is built from container/Dockerfile, and removed in the end. */
  readonly image?: string | undefined;
}

interface StartOptions extends RealEngineOptions, RunListeners {
  readonly folder: RunFolder;
  /** Told how to undo each step. */
  readonly undo: AsyncDisposableStack;
  readonly onProgress?: ((step: string) => void) | undefined;
  /** Told when the engine does not answer any more, and when it does again. */
  readonly onProblem?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws Error that says what to do, when the engine cannot be used or the image cannot be built */
export async function startRealEngine(options: StartOptions): Promise<Runtime> {
  const { engine, image, folder, undo, onProgress, onProblem, signal, onLine, onExit } = options;
  const opened = await openEngine({
    engine,
    folder: folder.path,
    onProcess: folder.noteProcess,
    onProgress,
  });
  undo.use(opened);
  folder.noteEngine(opened.client.socket);
  signal?.throwIfAborted();
  const owner = newOwner();
  if (image !== undefined) await opened.client.call('GET', `/images/${image}/json`);
  return new ContainerRuntime({
    ...opened,
    owner,
    image: image ?? (await build(options, opened.client, owner)),
    onLine,
    onExit,
    onProblem,
  });
}

/** Builds the run's own image, so that nobody else's is replaced. */
async function build(
  { folder, undo, onProgress, signal }: StartOptions,
  client: EngineClient,
  owner: Owner,
): Promise<string> {
  // Not podman by its name: a build at the socket is cleaned up by the service, should this one be interrupted.
  const command = await findEngine({ engine: `unix://${client.socket}`, runs: true });
  const tag = imageOf(owner);
  undo.defer(async () => {
    for (const name of [tag, baseOf(owner)]) await removeUsedImage(client, name);
  });
  await buildImage({
    engine: command,
    tag,
    standInTag: baseOf(owner),
    folder: folder.path,
    log: onProgress,
    signal,
  });
  return tag;
}
