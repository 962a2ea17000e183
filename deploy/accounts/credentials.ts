// Credentials for the users of users.json, as files that only their owner reads. One that is there is never replaced:
// to issue a new one, move the old one away.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyPair } from '@nats-io/jwt';
import type { UserFile } from './account-files.ts';
import { credsFor } from './claims.ts';

/** @returns the files that are new */
export async function writeCredentials(
  users: readonly UserFile[],
  account: KeyPair,
  folder: string,
): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const written: string[] = [];
  for (const user of users) {
    const path = join(folder, `${user.name}.creds`);
    try {
      await writeFile(path, await credsFor(user, account), { mode: 0o600, flag: 'wx' });
      written.push(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return written;
}
