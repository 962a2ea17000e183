// `npm run infra` on a folder with the project's own backend and encryption, and resources that need no provider.

import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { S3_ACCESS_KEY, S3_SECRET_KEY, type S3Bucket } from './s3-bucket.ts';

const CLI = fileURLToPath(new URL('../../cli/infra/main.ts', import.meta.url));
const INFRA = fileURLToPath(new URL('../../infra/', import.meta.url));

export const PASSPHRASE = 'a passphrase of this test';

export interface InfraResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunningInfra {
  readonly pid: number;
  readonly ended: Promise<InfraResult>;
}

export class InfraFolder implements AsyncDisposable {
  readonly path: string;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(path: string, bucket: S3Bucket, more: Readonly<Record<string, string | undefined>>) {
    this.path = path;
    const {
      MERIDIAN_STATE_BUCKET: _,
      CLOUDFLARE_API_TOKEN: __,
      CLOUDFLARE_ACCOUNT_ID: ___,
      ...env
    } = process.env;
    this.#env = {
      ...env,
      R2_ENDPOINT: bucket.endpoint,
      R2_ACCESS_KEY_ID: S3_ACCESS_KEY,
      R2_SECRET_ACCESS_KEY: S3_SECRET_KEY,
      MERIDIAN_STATE_PASSPHRASE: PASSPHRASE,
      TF_CLI_CONFIG_FILE: undefined,
      NO_COLOR: '1',
      ...more,
    };
  }

  static async create(
    bucket: S3Bucket,
    main: string,
    more: Readonly<Record<string, string | undefined>> = {},
  ): Promise<InfraFolder> {
    const path = await mkdtemp(join(tmpdir(), 'meridian-infra-test-'));
    for (const file of ['backend.tf', 'encryption.tofu']) await copyFile(join(INFRA, file), join(path, file));
    const folder = new InfraFolder(path, bucket, more);
    await folder.write(main);
    return folder;
  }

  /** Its main.tf. */
  write(main: string): Promise<void> {
    return writeFile(join(this.path, 'main.tf'), main);
  }

  start(args: readonly string[], more: Readonly<Record<string, string | undefined>> = {}): RunningInfra {
    const { promise, resolve } = Promise.withResolvers<InfraResult>();
    const child = execFile(
      process.execPath,
      [CLI, ...args.slice(0, 1), '--folder', this.path, ...args.slice(1)],
      { env: { ...this.#env, ...more } as NodeJS.ProcessEnv, cwd: this.path, maxBuffer: 8 * 1024 * 1024 },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
    child.stdin?.end();
    return { pid: child.pid ?? 0, ended: promise };
  }

  run(
    args: readonly string[],
    more: Readonly<Record<string, string | undefined>> = {},
  ): Promise<InfraResult> {
    return this.start(args, more).ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}
