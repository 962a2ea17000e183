// Whether a path can be run at all, before anybody tries.
import { access, constants, stat } from 'node:fs/promises';

/** What keeps the file from being run ("does not exist", ...); undefined when nothing does. */
export async function whyNotExecutable(path: string): Promise<string | undefined> {
  try {
    // A directory passes the check of access() below.
    if (!(await stat(path)).isFile()) return 'is not a file';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'does not exist' : `can't be reached (${code})`;
  }
  return access(path, constants.X_OK).then(
    () => undefined,
    () => 'is not executable',
  );
}
