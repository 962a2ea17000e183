// What every command of `npm run infra` works with: the folder of the files, the bucket of the state, and the secrets, which
// come from the environment alone. Looked at before anything runs. No value of a secret is ever in a message.

import { access, readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { CommandError, EXIT } from '../exit.ts';
import { ROOT } from '../regions-file.ts';

/** The key of the state in its bucket, as infra/backend.tf has it. */
export const STATE_KEY = 'meridian.tfstate';

/** Its presence keeps the state in the folder: it overrides the backend of infra/backend.tf. */
export const LOCAL_BACKEND_FILE = 'backend_override.tf';

/** What OpenTofu takes. */
const LEAST_PASSPHRASE_CHARACTERS = 16;

const DEFAULT_BUCKET = 'meridian-tofu';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface InfraOptions {
  readonly folder?: string;
  readonly bucket?: string;
  readonly tofu?: string;
}

/** How the bucket of the state is reached. */
export interface BucketAccess {
  readonly bucket: string;
  /** Of the S3 API, without a `/` at its end. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Settings {
  readonly folder: string;
  readonly bucket: string;
  readonly env: Environment;
  /** An executable of OpenTofu's or of Terraform's that was named. */
  readonly program: string | undefined;
}

/** Options that all of its commands have. */
export function withInfra(command: Command): Command {
  return command
    .option('--folder <path>', 'the folder of the .tf files (default: infra/)')
    .option(
      '--bucket <name>',
      `the bucket of the state (default: MERIDIAN_STATE_BUCKET, else ${DEFAULT_BUCKET})`,
    )
    .option('--tofu <path>', 'the program to run: an OpenTofu, or a Terraform, which encrypts no state');
}

export function settingsOf(options: InfraOptions, env: Environment): Settings {
  const { folder, tofu } = options;
  const bucket = options.bucket ?? (env.MERIDIAN_STATE_BUCKET || DEFAULT_BUCKET);
  if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket))
    throw new CommandError(
      EXIT.usage,
      `${JSON.stringify(bucket)} is no name of a bucket of R2, such as ${DEFAULT_BUCKET}.`,
    );
  // npm runs scripts in the project's folder; what people type is relative to where they are.
  const from = env.INIT_CWD || process.cwd();
  return {
    folder: folder === undefined ? fileURLToPath(new URL('infra', ROOT)) : resolve(from, folder),
    bucket,
    env,
    program: tofu === undefined || isAbsolute(tofu) ? tofu : resolve(from, tofu),
  };
}

/** Whether the state is in the folder, not in the bucket. */
export async function isLocal({ folder }: Settings): Promise<boolean> {
  return access(join(folder, LOCAL_BACKEND_FILE)).then(
    () => true,
    () => false,
  );
}

/** @throws CommandError with all that is missing or wrong */
export function bucketAccessOf({ bucket, env }: Settings): BucketAccess {
  const {
    R2_ACCESS_KEY_ID: accessKeyId,
    R2_SECRET_ACCESS_KEY: secretAccessKey,
    CLOUDFLARE_ACCOUNT_ID: account,
  } = env;
  const endpoint =
    env.R2_ENDPOINT || (account ? `https://${account.trim()}.r2.cloudflarestorage.com` : undefined);
  const missing = [
    ...(accessKeyId ? [] : ['R2_ACCESS_KEY_ID']),
    ...(secretAccessKey ? [] : ['R2_SECRET_ACCESS_KEY']),
    ...(endpoint ? [] : ['CLOUDFLARE_ACCOUNT_ID']),
  ];
  if (!accessKeyId || !secretAccessKey || endpoint === undefined)
    throw new CommandError(
      EXIT.notAuthorized,
      `The bucket ${bucket} of the state cannot be reached: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set. docs/infrastructure.md says where they come from. A first state can be in this folder: npm run infra -- init --local.`,
      { details: { code: 'missing', missing } },
    );
  checkEndpoint(endpoint);
  return { bucket, endpoint: endpoint.replace(/\/+$/, ''), accessKeyId, secretAccessKey };
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

function checkEndpoint(endpoint: string): void {
  const url = URL.parse(endpoint);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname));
  if (isSafe && !url?.username && !url?.password && !url?.search) return;
  throw new CommandError(
    EXIT.usage,
    'R2_ENDPOINT is no address of an S3 API: it begins with https:// and has neither user nor query in it.',
  );
}

/** @throws CommandError if the files are not there, or the passphrase is not one */
export async function checkFolder({ folder, env }: Settings): Promise<void> {
  const backend = await readFile(join(folder, 'backend.tf'), 'utf8').catch(() => undefined);
  if (backend === undefined || !backend.includes('backend "s3"'))
    throw new CommandError(
      EXIT.refused,
      `${folder} has no backend.tf with a backend "s3": --folder names the folder of the .tf files, and infra/ has them.`,
    );
  const passphrase = env.MERIDIAN_STATE_PASSPHRASE ?? '';
  if (passphrase.length < LEAST_PASSPHRASE_CHARACTERS)
    throw new CommandError(
      EXIT.notAuthorized,
      `MERIDIAN_STATE_PASSPHRASE is ${passphrase === '' ? 'not set' : 'too short'}: the state is encrypted with it, and it has ${LEAST_PASSPHRASE_CHARACTERS} characters or more. A new one: openssl rand -base64 30. Keep it: without it no state can be read again.`,
      { details: { code: 'missing', missing: ['MERIDIAN_STATE_PASSPHRASE'] } },
    );
}
