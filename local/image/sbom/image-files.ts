// The files of an image, copied out of a container that is made for it and never started.

import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type EngineCommand, lastWords, runEngine } from '../engine-command.ts';
import { ImageError } from '../image-error.ts';

export interface ImageFiles extends AsyncDisposable {
  /** Where they are. */
  readonly folder: string;
  /** Paths of regular files within the folder, sorted. */
  readonly paths: readonly string[];
}

/** What engines put into every container. */
const ENGINES_OWN = /^(?:dev|proc|sys|run)\/|^etc\/(?:hosts|hostname|resolv\.conf|mtab)$|^\.dockerenv$/;

export async function copyFilesOf(engine: EngineCommand, tag: string): Promise<ImageFiles> {
  const name = `meridian-sbom-${randomBytes(4).toString('hex')}`;
  const folder = await mkdtemp(join(tmpdir(), 'meridian-sbom-'));
  const dispose = () => rm(folder, { recursive: true, force: true });
  const created = await runEngine(engine, ['create', '--name', name, tag]);
  try {
    if (created.code !== 0)
      throw new ImageError(`there is no image ${tag} (${lastWords(created, 1)}): npm run image -- build`);
    const copied = await runEngine(engine, ['cp', `${name}:/.`, folder]);
    if (copied.code !== 0) throw new ImageError(`the files of ${tag} cannot be copied: ${lastWords(copied)}`);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
      .filter((path) => !ENGINES_OWN.test(path))
      .toSorted();
    return { folder, paths, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  } finally {
    await runEngine(engine, ['rm', '--force', '--volumes', name]);
  }
}
