// What is put together from segments passes `nats backup validate`, if the program is there (`NATS_CLI`, or `nats` in the
// path). A backup of `nats` is a folder with two files: `stream.arc.s2`, the archive, and `backup.json`,
// `{"config": the stream's configuration, "state": its state}`; before nats-server 2.15 the archive was `stream.tar.s2`.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import which from 'which';
import { archiveOfTwoSegments, STATE } from './two-segments.ts';

const run = promisify(execFile);
const nats = process.env.NATS_CLI ?? (await which('nats', { nothrow: true }));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-nats-backup-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.skipIf(nats === null)('an archive from segments is valid, and one that is cut off is not', async () => {
  const program = nats ?? '';
  const archive = archiveOfTwoSegments();
  await writeFile(join(folder, 'stream.arc.s2'), archive);
  await writeFile(
    join(folder, 'backup.json'),
    JSON.stringify({ config: { name: 'S', subjects: ['s.>'], storage: 'file' }, state: STATE }),
  );
  const validate = () => run(program, ['backup', 'validate', '--no-progress', folder]);
  const { stdout } = await validate();
  expect(stdout).toContain('OK: 9 entries, 1 consumers, 6 messages, 6 subjects, sequences 3 to 9');
  await writeFile(join(folder, 'stream.arc.s2'), archive.subarray(0, archive.length - 12));
  await expect(validate()).rejects.toThrow();
});
