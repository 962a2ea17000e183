import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pageFolder } from './page-build.ts';

test('the page is built when it is missing, also by several at once, and not again', async () => {
  const told: string[] = [];
  const built = (line: string) => told.push(line);
  await rm(join(import.meta.dirname, '.built'), { force: true });
  const [folder, other] = await Promise.all([pageFolder(built), pageFolder(built)]);
  expect(other).toBe(folder);
  expect(await readFile(join(folder, 'index.html'), 'utf8')).toContain('<div id="page">');
  expect(told).toHaveLength(2);
  await pageFolder(built);
  expect(told).toHaveLength(2);
});

test('a page of other sources is built anew', async () => {
  const told: string[] = [];
  await writeFile(join(import.meta.dirname, '.built'), 'of others');
  await pageFolder((line) => told.push(line));
  expect(told).toEqual(['building the page of the map']);
});
