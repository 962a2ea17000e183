// Writes the digest of the base into container/Dockerfile, as the registry has it now. A tag may be moved to another
// image; a digest is one image for ever.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONTAINER_FOLDER, officialBase } from './build.ts';
import { type EngineCommand, lastWords, runEngine } from './engine-command.ts';
import { ImageError } from './image-error.ts';

/** Pulls the base by its tag, and writes what was pulled into the Dockerfile; returns it. */
export async function pinBase(engine: EngineCommand, folder = CONTAINER_FOLDER): Promise<string> {
  // podman tells the digest of this machine's platform beside that of all of them, and not which is which.
  if (engine.kind !== 'docker') throw new ImageError(`a digest is read with docker, not with ${engine.kind}`);
  const base = await officialBase(folder);
  const tag = base.replace(/@.*$/, '');
  const pulled = await runEngine(engine, ['pull', tag]);
  if (pulled.code !== 0) throw new ImageError(`${tag} cannot be pulled: ${lastWords(pulled)}`);
  const inspected = await runEngine(engine, ['image', 'inspect', '--format', '{{json .RepoDigests}}', tag]);
  const digest = /@(sha256:[0-9a-f]{64})"/.exec(inspected.stdout)?.[1];
  if (digest === undefined) throw new ImageError(`docker knows no digest of ${tag}: ${lastWords(inspected)}`);
  const pinned = `${tag}@${digest}`;
  const file = join(folder, 'Dockerfile');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(`ARG BASE=${base}\n`, `ARG BASE=${pinned}\n`));
  return pinned;
}
