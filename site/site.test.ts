// The site as it is built: all pages, search, and links of which none leads nowhere, to headings and to files of the repository too.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokenLinks } from './broken-links.ts';
import { anchorOf, linkTo } from './links.ts';
import { whyNotInto } from './out-folder.ts';
import { pagesOf } from './pages.ts';
import { keepPlainText } from './plain-text.ts';
import { settingsOf } from './settings.ts';
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
  expect(linkTo(href, { file, pages: pagesOf(ROOT), source: SOURCE, has: () => true })).toBe(to);
});

test('without an address of the repository a link to its files is text', () => {
  const context = { file: 'docs/nats.md', pages: [], source: '', has: () => true };
  expect(linkTo('../regions/regions.json', context)).toBeUndefined();
});

test.each([SOURCE, ''])(
  'a link to a file that is not there is found by the check, with the source %j',
  (source) => {
    const context = { file: 'docs/nats.md', pages: [], source, has: () => false };
    const href = linkTo('../regions/gone.json#a', context) ?? '';
    expect(href).toBe('/regions/gone.json#a');
    expect(brokenLinks(new Map([['nats.html', `<a href="${href}">`]]), '/')).toHaveLength(1);
  },
);

test.each([
  ['', '/'],
  ['/', '/'],
  ['meridian', '/meridian/'],
  ['/meridian', '/meridian/'],
  ['/docs/meridian/', '/docs/meridian/'],
] as const)('SITE_BASE %j is the path %s', (given, base) => {
  expect(settingsOf({ SITE_BASE: given })).toEqual({ base, source: '' });
});

test.each([
  [{ SITE_BASE: 'https://docs.example.com/' }, 'SITE_BASE is a path'],
  [{ SITE_BASE: '//docs.example.com' }, 'SITE_BASE is a path'],
  [{ SITE_SOURCE: 'github.com/a/b' }, 'SITE_SOURCE is an address'],
  [{ SITE_SOURCE: 'javascript:alert(1)' }, 'SITE_SOURCE is an address'],
] as const)('%j is refused', (variables, words) => {
  expect(() => settingsOf(variables)).toThrow(words);
});

test('an address of the repository may end with a slash', () => {
  expect(settingsOf({ SITE_SOURCE: `${SOURCE}/` }).source).toBe(SOURCE);
});

test('only what is about the project itself is in the last group of the sidebar', () => {
  const last = sidebarOf(pagesOf(ROOT))
    .at(-1)
    ?.items.map(({ link }) => link);
  expect(last?.toSorted()).toEqual(['/changelog', '/contributing', '/reporting']);
});

test('text in braces is text, and a cell without words is no heading of a table', async () => {
  const { createMarkdownRenderer } = await import('vitepress');
  const md = await createMarkdownRenderer(ROOT, { html: false, config: keepPlainText });
  const html = await md.renderAsync('`{{ x }}` and {{ 1 + 1 }}\n\n| | b |\n| - | - |\n| 1 | 2 |');
  expect(html).not.toContain('{{');
  expect(html).toContain('<code>&#123;&#123; x }}</code> and &#123;&#123; 1 + 1 }}');
  expect(html).toContain('<td></td>\n<th>b</th>');
});

describe('a folder to build into', () => {
  const inFolder = async (names: readonly string[]) => {
    const out = await mkdtemp(join(folder, 'out '));
    for (const name of names) await writeFile(join(out, name), 'kept');
    return out;
  };

  test('that has other files stays as it is', async () => {
    const out = await inFolder(['notes.md', '404.html']);
    const { code, err } = await site('build', '--out', out);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('would delete them all') });
    expect(await readdir(out)).toEqual(['404.html', 'notes.md']);
  });

  test('may be new, empty, or an earlier site; not a file', async () => {
    expect(await whyNotInto(join(folder, 'new'))).toBeUndefined();
    expect(await whyNotInto(await inFolder([]))).toBeUndefined();
    expect(await whyNotInto(folder)).toBeUndefined();
    expect(await whyNotInto(join(folder, '404.html'))).toContain('is a file');
  });
});

async function site(...args: readonly string[]): Promise<{ code: number; err: string }> {
  const run = promisify(execFile)(process.execPath, ['site/cli.ts', ...args], { cwd: ROOT });
  return run.then(
    ({ stderr }) => ({ code: 0, err: stderr }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, err: stderr }),
  );
}
