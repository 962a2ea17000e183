import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildPage } from './page-build.ts';

test('several may build the page at once, and nothing is left beside it', async () => {
  await Promise.all([buildPage(), buildPage()]);
  expect(await readFile(join(import.meta.dirname, 'dist/index.html'), 'utf8')).toContain('<div id="page">');
  expect((await readdir(import.meta.dirname)).filter((name) => name.startsWith('.dist-'))).toEqual([]);
});
