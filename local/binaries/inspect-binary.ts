// Runs an executable to learn what it is. Its name alone does not make it nats-server, or k6.
import { access, constants, stat } from 'node:fs/promises';
import type { BinarySpec, Environment, Problem } from './binary-spec.ts';
import { runCommand } from './run-command.ts';

/** A program prints its version at once, but the first start of a large one on a loaded machine takes a while. */
const VERSION_TIMEOUT_MS = 15_000;
/** Enough of an unknown program's output to recognize it. */
const MAX_QUOTED_CHARACTERS = 60;

/** The version of the program at `path`, or why it is not one that `spec` can use. */
export async function inspectBinary(
  spec: BinarySpec,
  path: string,
  env: Environment,
): Promise<{ readonly version: string } | Problem> {
  const obstacle = await whyNotExecutable(path);
  if (obstacle !== undefined) return { problem: obstacle };
  const run = await runCommand(path, spec.versionArguments, { env, timeoutMs: VERSION_TIMEOUT_MS });
  const asked = spec.versionArguments.join(' ');
  if ('problem' in run) return { problem: `${run.problem} when run with ${asked}` };
  const version = spec.versionPattern.exec(run.stdout)?.[1];
  if (version === undefined) {
    const said = JSON.stringify(run.stdout.trim().slice(0, MAX_QUOTED_CHARACTERS));
    return { problem: `is not ${spec.name}: run with ${asked} it says ${said}` };
  }
  if (isOlder(version, spec.minimumVersion)) {
    return { problem: `is version ${version}, older than ${spec.minimumVersion}` };
  }
  return { version };
}

/** True when version "2.9.25" comes before "2.10.0". */
export function isOlder(version: string, minimum: string): boolean {
  return version.localeCompare(minimum, 'en', { numeric: true }) < 0;
}

/** What keeps the file from being run ("does not exist", ...); undefined when nothing does. */
async function whyNotExecutable(path: string): Promise<string | undefined> {
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
