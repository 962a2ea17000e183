// Installs what tests need from Debian's packages, where they run on a machine of their own: in CI, as root, on Debian or
// what is made of it.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { executablesOnPath } from '../../local/binaries/search-path.ts';

/** Another installation may be under way. */
const LOCK_TIMEOUT_SECONDS = 120;

const APT = '/usr/bin/apt-get';

export async function isInstalled(command: string): Promise<boolean> {
  return (await executablesOnPath(command, process.env)).length > 0;
}

/** Whether this may install packages: nobody but CI is served by that. */
export function mayInstall(): boolean {
  return Boolean(process.env.CI) && userInfo().uid === 0 && existsSync(APT);
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
