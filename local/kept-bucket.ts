// `npm start -- --bucket FOLDER`: the buckets of a local stack, in a folder that stays when the stack has stopped, and of which the
// next one begins. Everything else of a stack goes: so the next one is what a new deployment with the old one's bucket is.

import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { processStartOf } from './process-identity.ts';

/** Makes the folder known as a kept bucket, and says which process has it: `<pid> <start>`. Empty: none. */
const OWNER_FILE = '.meridian-bucket';

/** As workerd's storage calls the folder of buckets. */
const R2 = 'r2';

/** A folder that no stack can keep its bucket in. */
export class BucketFolderError extends Error {
  override readonly name = 'BucketFolderError';
}

/**
 * Makes storage whose buckets are in the folder.
 * @param storage a folder to make, which goes with the run
 * @returns what lets others have it; the end of this process does too
 * @throws BucketFolderError
 */
export async function keepBucket(folder: string, storage: string): Promise<() => Promise<void>> {
  const path = resolve(folder);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await take(path);
  } catch (error) {
    if (error instanceof BucketFolderError) throw error;
    throw new BucketFolderError(`--bucket ${folder} cannot be used: ${(error as Error).message}`);
  }
  await mkdir(storage);
  await symlink(path, join(storage, R2));
  return () => writeFile(join(path, OWNER_FILE), '');
}

async function take(path: string): Promise<void> {
  const file = join(path, OWNER_FILE);
  const names = await readdir(path);
  if (names.length > 0 && !names.includes(OWNER_FILE))
    throw new BucketFolderError(
      `${path} has other files, such as ${names[0]}: name a new folder for --bucket, or one that a stack has kept its bucket in.`,
    );
  const owner = names.includes(OWNER_FILE) ? (await readFile(file, 'utf8')).trim() : '';
  const [pid = '', start] = owner.split(' ', 2);
  if (start !== undefined && start !== '' && processStartOf(Number(pid)) === start)
    throw new BucketFolderError(
      `${path} is the bucket of a stack that runs (process ${pid}): stop that one, or name another folder.`,
    );
  await writeFile(file, `${process.pid} ${processStartOf(process.pid)}\n`, { mode: 0o600 });
}
