// Writes several files of the repository, or none: everything that can fail for want of room or rights happens in drafts
// beside them, which then take their places.

import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, EXIT } from '../../cli/exit.ts';
import type { FileToWrite, Texts } from './plan.ts';

/** The texts of these files now. */
export async function readTexts(root: string, paths: readonly string[]): Promise<Texts> {
  const read = async (path: string): Promise<readonly [string, string | undefined]> => [
    path,
    await readFile(join(root, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    }),
  ];
  return new Map(await Promise.all(paths.map(read)));
}

/**
 * @param before what the files said when it was decided what to write
 * @throws CommandError if one of them says something else by now: somebody edited it meanwhile
 */
export async function writeAll(root: string, files: readonly FileToWrite[], before: Texts): Promise<void> {
  const now = await readTexts(root, [...before.keys()]);
  const edited = [...before].filter(([path, text]) => now.get(path) !== text).map(([path]) => path);
  if (edited.length > 0)
    throw new CommandError(
      EXIT.conflict,
      `Nothing was written: ${edited.join(', ')} was edited meanwhile. Run it again.`,
      { details: { code: 'edited', files: edited } },
    );
  const drafts = files.map((file) => ({ ...file, draft: join(root, `${file.path}.${process.pid}.draft`) }));
  // Ctrl-C comes before the first file takes its place, or after the last one.
  const hold = () => undefined;
  process.on('SIGINT', hold);
  try {
    for (const { draft, text, mode } of drafts)
      await writeFile(draft, text, mode === undefined ? { flag: 'wx' } : { flag: 'wx', mode });
    for (const { draft, path } of drafts) await rename(draft, join(root, path));
  } catch (cause) {
    throw new CommandError(EXIT.refused, `It could not be written: ${(cause as Error).message}`, { cause });
  } finally {
    for (const { draft } of drafts) await rm(draft, { force: true });
    process.off('SIGINT', hold);
  }
}
