// Installs what tests need from Debian's packages, where they run on a machine of their own: in CI, as root, on Debian or
// what is made of it.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { executablesOnPath } from '../../local/binaries/search-path.ts';

/** Another installation may be under way. */
const LOCK_TIMEOUT_SECONDS = 120;

/** A registry that does not answer is as good as none: what is looked for here is not worth more of the tests' time. */
const APT_TIMEOUT_MS = 60_000;

const APT = '/usr/bin/apt-get';

export async function isInstalled(command: string): Promise<boolean> {
  return (await executablesOnPath(command, process.env)).length > 0;
}

/** Whether this may install packages: nobody but CI is served by that. */
export function mayInstall(): boolean {
  return Boolean(process.env.CI) && userInfo().uid === 0 && existsSync(APT);
}

/**
 * Unpacks a package into a folder, without what it depends on and without installing it: one that is a service would be
 * started. Throws, with what apt said, when it does not work; the folder is there only if it did.
 */
export async function unpackPackage(
  name: string,
  folder: string,
  log: (line: string) => void,
): Promise<void> {
  log(`unpacking ${name} with apt-get`);
  const run = promisify(execFile);
  await mkdir(dirname(folder), { recursive: true });
  const cwd = await mkdtemp(`${folder}-`);
  try {
    await run(APT, ['update', '-q'], { timeout: APT_TIMEOUT_MS });
    await run(APT, ['download', '-q', name], { cwd, timeout: APT_TIMEOUT_MS });
    const [archive = ''] = await readdir(cwd);
    await run('dpkg-deb', ['--extract', archive, 'unpacked'], { cwd });
    await rename(join(cwd, 'unpacked'), folder);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

/** Throws, with what apt said, when it does not work. */
export async function installPackages(
  packages: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  const options = ['-o', `DPkg::Lock::Timeout=${LOCK_TIMEOUT_SECONDS}`];
  log(`installing ${packages.join(', ')} with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await promisify(execFile)(APT, ['update', '-q', ...options], { env });
  await promisify(execFile)(
    APT,
    ['install', '-y', '-q', '--no-install-recommends', ...options, ...packages],
    {
      env,
      maxBuffer: 64 * 1024 * 1024,
    },
  );
}
