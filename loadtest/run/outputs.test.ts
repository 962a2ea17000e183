// Outputs that are refused before a run, by what the real k6 says.

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureK6 } from '../../local/binaries/k6.ts';
import { checkOutputs } from './outputs.ts';

let k6 = '';
let folder = '';

beforeAll(async () => {
  k6 = (await ensureK6({ log: console.error })).path;
  folder = await mkdtemp(join(tmpdir(), 'meridian-test-'));
}, 16 * 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const check = (...outputs: readonly string[]) => checkOutputs(k6, outputs, join(folder, 'report'));

test('what k6 has is taken, and a file that is there stays as it is', async () => {
  await writeFile(join(folder, 'there.json'), 'before');
  await check(
    'web-dashboard',
    `json=${join(folder, 'there.json')}`,
    `csv=fileName=${join(folder, 'new.csv')}`,
  );
  expect(await readdir(folder)).toEqual(['there.json']);
});

test.each([
  ['nonsense', 'k6 has no output nonsense. It has: '],
  ['web-dashbord', 'k6 has no output web-dashbord; did you mean web-dashboard?'],
  ['', '--out takes KIND or KIND=TARGET, and was given ""'],
  ['json=/nonexistent/x', '--out json=/nonexistent/x: cannot write /nonexistent/x: ENOENT'],
  ['csv=saveInterval=1s,fileName=/nonexistent/x', 'cannot write /nonexistent/x: ENOENT'],
])('--out "%s" is refused with words', async (output, words) => {
  await expect(check(output)).rejects.toThrow(words);
});

test('a file is written by one of all that write', async () => {
  await expect(check(`json=${join(folder, 'report', 'samples.json.gz')}`)).rejects.toThrow('written already');
  const output = `json=${join(folder, 'twice.json')}`;
  await expect(check(output, output)).rejects.toThrow('written already');
});
