// The container engine of the tests, with the image in it. Tests reach it by its socket, and start stacks on it.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '../../../local/engine/containers/open-engine.ts';
import { removeImage } from '../../../local/engine/containers/sweep.ts';
import { buildImage } from '../../../local/image/build.ts';
import { findEngine } from '../../../local/image/find-engine.ts';
import { STAND_IN_BASE } from '../../../local/image/stand-in-base.ts';
import { processStartOf } from '../../../local/process-identity.ts';
import { type Closeable, withTeardown } from '../../../local/teardown.ts';
import type { ChosenEngine } from './choose-engine.ts';
import { isolatePodman, removeIsolated, resetIsolated } from './isolated-podman.ts';

export interface TestEngine {
  /** Path of its socket. */
  readonly socket: string;
  /** The image of container/, which it has. */
  readonly image: string;
  /** Whether it is the tests' own, so that they may restart it. */
  readonly isOwn: boolean;
}

const PREFIX = 'meridian-engine-';

/** The process that the engine is for, and when it started. */
const OWNER_FILE = 'owner';

const IMAGE = 'meridian-test:image';
/** In an engine of the tests' own it is the usual one, which stacks then need not build again. */
const BASE = { own: STAND_IN_BASE, shared: 'meridian-test:base' };

/** Returns once the image is built. Commands that are started from now on find the same engine. */
export function startTestEngine(
  chosen: Exclude<ChosenEngine, { kind: 'none' }>,
  log: (line: string) => void,
): Promise<TestEngine & Closeable> {
  return withTeardown(async (undo) => {
    await removeDeadEngines();
    const folder = await mkdtemp(join(tmpdir(), PREFIX));
    await writeFile(join(folder, OWNER_FILE), `${process.pid} ${processStartOf(process.pid)}`);
    const isOwn = chosen.kind === 'isolated podman';
    undo.defer(() => (isOwn ? removeIsolated(folder) : rm(folder, { recursive: true, force: true })));
    if (isOwn) Object.assign(process.env, await isolatePodman(folder));
    const opened = await openEngine({
      engine: isOwn ? 'podman' : chosen.engine,
      folder,
      onProcess: () => {},
      onProgress: log,
    });
    undo.use(opened);
    const { socket } = opened.client;
    const command = await findEngine({ engine: isOwn ? 'podman' : `unix://${socket}`, runs: true });
    const base = isOwn ? BASE.own : BASE.shared;
    undo.defer(async () => {
      const { client } = opened;
      for (const image of [IMAGE, base]) await removeImage(client, image);
    });
    await buildImage({ engine: command, tag: IMAGE, standInTag: base, folder, log });
    return { socket, image: IMAGE, isOwn };
  });
}

/** Those of tests that were killed. */
async function removeDeadEngines(): Promise<void> {
  for (const name of (await readdir(tmpdir())).filter((each) => each.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    const [pid, start] = (await readFile(join(folder, OWNER_FILE), 'utf8').catch(() => '')).split(' ');
    if (start === undefined || processStartOf(Number(pid)) === start) continue;
    await resetIsolated(folder);
    await removeIsolated(folder);
  }
}
