// What of a machine that others use too is trusted: folders and files of this user that nobody else has access to, and sockets
// of this user or of root. Nothing is read through a link: another user may have made it, or may change where it leads.

import { constants } from 'node:fs';
import { lstat, open, stat } from 'node:fs/promises';

/** Mode bits: access for anyone but the owner, writing for anyone but the owner, and that only owners rename and remove. */
const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

const ROOT = 0;

/** Something that may be another user's work; the message says what it is, and what to do. */
export class Untrusted extends Error {
  override readonly name = 'Untrusted';
}

interface Found {
  readonly uid: number;
  readonly mode: number;
}

/** Where there are no users (Windows) everything is this user's. */
const isMine = ({ uid }: Found) => process.getuid === undefined || uid === process.getuid();
const isMineOrRoots = (found: Found) => isMine(found) || found.uid === ROOT;

/** Why a folder or a file is not this user's alone; undefined if it is. Rejects with ENOENT if it is not there. */
export async function whyNotPrivate(path: string): Promise<string | undefined> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return 'is a link';
  return whyNotMine(found);
}

function whyNotMine(found: Found): string | undefined {
  if (!isMine(found)) return `belongs to another user (${found.uid})`;
  if ((found.mode & OTHERS) !== 0) return 'is open to other users';
  return undefined;
}

/**
 * The text of a file that is this user's alone. Its folder has to be so too (`whyNotPrivate`), or another file could be put in
 * its place.
 *
 * @throws Untrusted if it is not, ENOENT if there is none
 */
export async function readPrivate(path: string): Promise<string> {
  // Not blocking: opening a pipe would wait for somebody to write to it.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ELOOP' ? new Untrusted(`${path} is a link: not read`) : error;
  });
  try {
    const found = await file.stat();
    const why = found.isFile() ? whyNotMine(found) : 'is no file';
    if (why !== undefined) throw new Untrusted(`${path} ${why}: not read`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Why another user could have put something else at a path, or could; undefined if only this user and root can. */
export async function whyReplaceable(path: string): Promise<string | undefined> {
  const found = await stat(path);
  if (!isMineOrRoots(found)) return `belongs to another user (${found.uid})`;
  return (found.mode & OTHERS_WRITE) !== 0 && !isShared(found) ? 'can be written by other users' : undefined;
}

/** A folder where everybody may make files, but only rename and remove his own. */
const isShared = ({ mode }: Found) => (mode & STICKY) !== 0;

/**
 * Checks the folder in which private folders are made: whoever may rename what is in it could put another one in their place.
 *
 * @throws Untrusted that says what to do
 */
export async function checkTemporaryFolder(path: string): Promise<void> {
  const why = await whyReplaceable(path);
  if (why !== undefined)
    throw new Untrusted(
      `the temporary folder ${path} ${why}, who could replace what is in it: set TMPDIR to a folder of your own`,
    );
}

/**
 * Checks a socket, or a link to one, before something is sent to whoever listens there.
 *
 * @throws Untrusted if it is another user's; ENOENT if there is none
 */
export async function checkSocket(path: string): Promise<void> {
  for (const found of [await lstat(path), await stat(path)])
    if (!isMineOrRoots(found))
      throw new Untrusted(
        `the socket ${path} belongs to another user (${found.uid}), who would see the secrets that containers get: use an engine of your own or of root`,
      );
}
