// The files of infra/ are written as OpenTofu writes them.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ensureTofu } from '../../local/binaries/tofu.ts';

const INFRA = fileURLToPath(new URL('../../infra/', import.meta.url));

test('the files have the format of `tofu fmt`, which parses them', async () => {
  const { path } = await ensureTofu();
  const { TF_CLI_CONFIG_FILE: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(path, ['fmt', '-check', '-diff', INFRA], { env });
  expect(stdout).toBe('');
});
