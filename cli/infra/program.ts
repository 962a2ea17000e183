// Which program runs: OpenTofu, found or built. Terraform only where it is named: it would leave the state in R2 as plain
// text, and that must not depend on what happens to be on PATH.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BinaryError } from '../../local/binaries/binary-error.ts';
import { isOlder } from '../../local/binaries/inspect-binary.ts';
import { ensureTofu } from '../../local/binaries/tofu.ts';
import { CommandError, EXIT } from '../exit.ts';
import type { Settings } from './settings.ts';

/** The first with the lock in the bucket. */
const LEAST_TERRAFORM = '1.11.0';

const VERSION_TIMEOUT_MS = 15_000;

export interface Program {
  readonly path: string;
  readonly name: 'OpenTofu' | 'Terraform';
  readonly version: string;
}

/** @throws CommandError if there is none, and none can be had */
export async function findProgram({ program, env }: Settings): Promise<Program> {
  const terraform = program === undefined ? undefined : await asTerraform(program);
  if (terraform !== undefined) return terraform;
  try {
    const log = (line: string) => /building|downloading/.test(line) && console.error(line);
    const { path, version } = await ensureTofu({ ...(program !== undefined && { path: program }), env, log });
    return { path, name: 'OpenTofu', version };
  } catch (cause) {
    if (!(cause instanceof BinaryError)) throw cause;
    throw new CommandError(EXIT.refused, cause.message, { cause, details: { code: 'no_program' } });
  }
}

/** Undefined for what is no Terraform. */
async function asTerraform(path: string): Promise<Program | undefined> {
  const env = { ...process.env, CHECKPOINT_DISABLE: '1' };
  const run = promisify(execFile)(path, ['version'], { env, timeout: VERSION_TIMEOUT_MS });
  const version = await run.then(
    ({ stdout }) => /^Terraform v(\d+\.\d+\.\d+)/.exec(stdout)?.[1],
    () => undefined,
  );
  if (version === undefined) return undefined;
  if (isOlder(version, LEAST_TERRAFORM))
    throw new CommandError(
      EXIT.refused,
      `${path} is Terraform ${version}: ${LEAST_TERRAFORM} is the first that locks its state in a bucket. Leave --tofu out, to have OpenTofu.`,
    );
  return { path, name: 'Terraform', version };
}
