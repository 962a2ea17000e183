// The admin token of a running stack, where the `regions` command finds it: a file that only its owner can read.

import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** By the port that the stack listens on. */
export function tokenFilePath(port: number | string): string {
  return join(tmpdir(), `meridian-token-${port}`);
}

/** Writes it, and returns how to remove it. */
export async function writeTokenFile(url: string, token: string): Promise<() => Promise<void>> {
  const path = tokenFilePath(new URL(url).port);
  // An old file may have other rights, and keeps them when it is written to.
  await rm(path, { force: true });
  await writeFile(path, token, { mode: 0o600, flag: 'wx' });
  return () => rm(path, { force: true });
}
