// Whether a site may be built into a folder. The build empties it first, so it has to be new, empty, or an earlier site.

import { readdir } from 'node:fs/promises';

/** All three are in whatever VitePress has built, and hardly anywhere else. */
const OF_A_SITE = ['404.html', 'assets', 'hashmap.json'];

/** Why not; undefined: it may. */
export async function whyNotInto(folder: string): Promise<string | undefined> {
  try {
    const names = await readdir(folder);
    if (names.length === 0 || OF_A_SITE.every((each) => names.includes(each))) return undefined;
    return `${folder} has files that are no site, such as ${names[0]}, and a build would delete them all. Name a new folder.`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    return code === 'ENOTDIR' ? `${folder} is a file. Name a new folder.` : message;
  }
}
