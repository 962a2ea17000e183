// Containers in a real engine, for one run of the local stack (`--engine`): the engine, the image, and that nothing of
// either stays.

import { ContainerRuntime } from './engine/containers/container-runtime.ts';
import { openEngine } from './engine/containers/open-engine.ts';
import { newOwner } from './engine/containers/ownership.ts';
import type { RunListeners, Runtime } from './engine/runtime.ts';
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
  readonly signal?: AbortSignal | undefined;
}

/** @throws Error that says what to do, when the engine cannot be used or the image cannot be built */
export async function startRealEngine(options: StartOptions): Promise<Runtime> {
  const { engine, image, folder, undo, onProgress, signal, onLine, onExit } = options;
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
  return new ContainerRuntime({
    ...opened,
    owner,
    image: image ?? 'meridian-test',
    onLine,
    onExit,
    onProblem: (text) => onProgress?.(text),
  });
}
