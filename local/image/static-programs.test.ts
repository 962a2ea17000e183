// Whether a program needs a dynamic linker.

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ensureNatsServer } from '../binaries/nats-server.ts';
import { executablesOnPath } from '../binaries/search-path.ts';
import { isStatic } from './static-programs.ts';

const { path: natsServer } = await ensureNatsServer();
const [busybox] = await executablesOnPath('busybox', process.env);

/** What the system itself says of a program. */
function needsLinker(path: string): boolean {
  return /interpreter|dynamically/.test(execFileSync('file', ['-L', path], { encoding: 'utf8' }));
}

const [file] = await executablesOnPath('file', process.env);

test.skipIf(process.platform !== 'linux' || file === undefined)('as `file` says it', async () => {
  for (const path of [process.execPath, natsServer, ...(busybox === undefined ? [] : [busybox])])
    expect(await isStatic(path), path).toBe(!needsLinker(path));
});

test('a script is no static program', async () => {
  expect(await isStatic(import.meta.filename)).toBe(false);
});
