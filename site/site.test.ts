// The site as it is built: all pages, search, and links of which none leads nowhere, to headings and to files of the repository too.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { brokenLinks } from './broken-links.ts';
import { anchorOf, linkTo } from './links.ts';
import { pagesOf } from './pages.ts';
import { sidebarOf } from './sidebar.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BASE = '/meridian/';
const SOURCE = 'https://source.invalid/blob/main';
const BUILD_TIMEOUT_MS = 180_000;

let folder = '';
const pages = new Map<string, string>();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-site-'));
  const env = { ...process.env, SITE_BASE: BASE, SITE_SOURCE: SOURCE, NO_COLOR: '1' };
  // Fails if a link leads nowhere.
  await promisify(execFile)(process.execPath, ['site/cli.ts', 'build', '--out', folder], { cwd: ROOT, env });
  for (const name of await readdir(folder))
    if (name.endsWith('.html')) pages.set(name, await readFile(join(folder, name), 'utf8'));
}, BUILD_TIMEOUT_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

const linksOf = (html: string) => [...html.matchAll(/<a [^>]*href="([^"]+)"/g)].map(([, href = '']) => href);

test('every page of docs/ is there, with its own heading, and in the sidebar', () => {
  const all = pagesOf(ROOT);
  expect(all.length).toBeGreaterThan(25);
  for (const { path } of all) expect(pages.get(`${path}.html`)).toMatch(/<h1 /);
  const listed = sidebarOf(all).flatMap(({ items }) => items.map(({ link }) => link));
  expect(listed.toSorted()).toEqual(all.map(({ path }) => (path === 'index' ? '/' : `/${path}`)).toSorted());
});

test('links to headings and to pages were among those that are checked', () => {
  const all = [...pages.values()].flatMap(linksOf);
  expect(all).toContain('/meridian/operations#a-deploy');
  expect(all.filter((href) => href.startsWith(BASE) && href.includes('#')).length).toBeGreaterThan(20);
});

test('links to files of the repository lead to files that there are', () => {
  const files = [...pages.values()]
    .flatMap(linksOf)
    .flatMap((href) => (href.startsWith(`${SOURCE}/`) ? href.slice(SOURCE.length + 1).split('#')[0] : []));
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => !existsSync(join(ROOT, file ?? '')))).toEqual([]);
});

test('nothing of another host is loaded', () => {
  for (const [name, html] of pages) {
    const loaded = [...html.matchAll(/<(?:script|img|link)\b[^>]*?\s(?:src|href)="(https?:)?\/\//g)];
    expect({ name, loaded: loaded.map(([tag]) => tag) }).toEqual({ name, loaded: [] });
  }
});

test('the search knows what the pages say', async () => {
  const chunks = await readdir(join(folder, 'assets/chunks'));
  const index = chunks.find((name) => name.includes('localSearchIndex')) ?? '';
  expect(await readFile(join(folder, 'assets/chunks', index), 'utf8')).toContain('gossip');
});

test.each([
  ['/m/a', false],
  ['/m/a#there', false],
  ['#there', false],
  ['/m/', false],
  ['/m/x.svg', false],
  ['https://example.com/gone', false],
  ['/m/b', true],
  ['/m/a#gone', true],
  ['#gone', true],
  ['/a', true],
] as const)('a link to %s is broken: %s', (href, isBroken) => {
  const html = `<h2 id="there"></h2><a class="x" href="${href}">`;
  const built = new Map([
    ['a.html', html],
    ['index.html', ''],
    ['x.svg', ''],
  ]);
  expect(brokenLinks(built, '/m/')).toEqual(isBroken ? [{ page: 'a.html', href }] : []);
});

test.each([
  ['A deploy', 'a-deploy'],
  ['What `--wait` does, and why', 'what---wait-does-and-why'],
  ['Größe: 1.5 MB & more', 'größe-15-mb--more'],
] as const)("the anchor of %j is GitHub's", (heading, anchor) => {
  expect(anchorOf(heading)).toBe(anchor);
});

test.each([
  ['docs/nats.md', 'routing.md#handing-over', '/routing#handing-over'],
  ['docs/nats.md', '../README.md', '/'],
  ['README.md', 'docs/nats.md', '/nats'],
  ['docs/nats.md', '../regions/regions.json', `${SOURCE}/regions/regions.json`],
  ['docs/nats.md', '#words', '#words'],
  ['docs/nats.md', 'https://nats.io', 'https://nats.io'],
] as const)('%s: %s leads to %s', (file, href, to) => {
  expect(linkTo(href, { file, pages: pagesOf(ROOT), source: SOURCE })).toBe(to);
});

test('without an address of the repository a link to its files is text', () => {
  expect(linkTo('../regions/regions.json', { file: 'docs/nats.md', pages: [], source: '' })).toBeUndefined();
});
