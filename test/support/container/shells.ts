// The shells that run the entrypoint. One that is missing is said to be.

import { installPackages, isInstalled, mayInstall } from '../debian-packages.ts';

/** Each as one runs it: busybox is the image's, bash is sh on macOS. */
const SHELLS = ['sh', 'dash', 'bash --posix', 'busybox ash'] as const;

/** In CI busybox is installed first, if that is possible. */
export async function installedShells(): Promise<readonly string[]> {
  if (mayInstall() && !(await isInstalled('busybox')))
    await installPackages(['busybox-static'], console.error).catch(console.error);
  const installed: string[] = [];
  for (const shell of SHELLS) {
    if (await isInstalled(shell.replace(/ .*/, ''))) installed.push(shell);
    else console.error(`The entrypoint is NOT tested under ${shell}, which is not installed.`);
  }
  return installed;
}
