// The site in a real browser, as it is built: people find words, reach every page from a telephone, and axe finds nothing that
// keeps them from reading. And the picture at its beginning, whose text has to fit whatever fonts there are. Not beside
// site/site.test.ts: two builds at once share a folder of VitePress.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeServer, freePort } from '../../local/listen.ts';
import { pagesOf } from '../../site/pages.ts';
import { launchBrowser } from '../support/browser.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TIMEOUT_MS = 180_000;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

let folder = '';
let url = '';
let server: Server | undefined;
let browser: Browser | undefined;

beforeAll(async () => {
  browser = await launchBrowser();
  if (browser === undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'meridian-site-'));
  await promisify(execFile)(process.execPath, ['site/cli.ts', 'build', '--out', folder], { cwd: ROOT });
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', url);
    const name = pathname === '/' ? '/index.html' : extname(pathname) === '' ? `${pathname}.html` : pathname;
    readFile(join(folder, name)).then(
      (bytes) =>
        response.setHeader('content-type', TYPES[extname(name)] ?? 'application/octet-stream').end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
}, TIMEOUT_MS);

afterAll(async () => {
  await browser?.close();
  if (server !== undefined) await closeServer(server);
  await rm(folder, { recursive: true, force: true });
});

const TELEPHONE = { width: 360, height: 740 };
const DESK = { width: 1600, height: 1000 };

async function open(
  path: string,
  { size = DESK, colours = 'light' }: { size?: typeof DESK; colours?: 'light' | 'dark' } = {},
): Promise<AsyncDisposable & { page: Page; said: string[] }> {
  if (browser === undefined) throw new Error('no browser');
  const context = await browser.newContext({ viewport: size, colorScheme: colours });
  const page = await context.newPage();
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  await page.goto(url + path, { waitUntil: 'networkidle' });
  return { page, said, [Symbol.asyncDispose]: () => context.close() };
}

const withBrowser = (name: string, run: () => Promise<void>) =>
  test(name, { timeout: TIMEOUT_MS }, async ({ skip }) => {
    if (browser === undefined) skip('no browser on this machine');
    await run();
  });

withBrowser('a word is found by the search, and its page opens there', async () => {
  await using opened = await open('/');
  const { page, said } = opened;
  await page.keyboard.press('Control+k');
  await page.locator('#localsearch-input').fill('gossip');
  const first = page.locator('#localsearch-list a').first();
  await first.waitFor();
  await first.click();
  await page.waitForURL(/\/[a-z-]+#/);
  await page.locator('.vp-doc', { hasText: 'gossip' }).waitFor();
  expect(said).toEqual([]);
});

withBrowser('on a telephone the menu leads to every page', async () => {
  await using opened = await open('/nats', { size: TELEPHONE });
  const { page } = opened;
  await page.locator('.VPLocalNav button.menu').click();
  const links = page.locator('#VPSidebarNav a');
  await links.first().waitFor();
  const paths = await links.evaluateAll((all) => all.map((each) => each.getAttribute('href')));
  const expected = pagesOf(ROOT).map(({ path }) => (path === 'index' ? '/' : `/${path}`));
  expect(paths.toSorted()).toEqual(expected.toSorted());
  await page.getByRole('link', { name: 'Backup of streams', exact: true }).click();
  await page.waitForURL(/\/backup$/);
  await page.locator('h1', { hasText: 'Backup of streams' }).waitFor();
});

withBrowser('no page is wider than a telephone, and axe finds nothing', async () => {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  for (const [path, colours] of [
    ['/', 'dark'],
    ['/performance', 'light'],
    ['/configuration', 'dark'],
    ['/backup', 'light'],
  ] as const) {
    await using opened = await open(path, { size: TELEPHONE, colours });
    const { page, said } = opened;
    const { violations } = await page.evaluate<AxeResults>(`${axe}; axe.run()`);
    expect({ path, said, violations: violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`) }).toEqual(
      {
        ...{ path, said: [], violations: [] },
      },
    );
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(TELEPHONE.width);
  }
});

withBrowser('the text of the picture of a connection stays in its boxes, in wide fonts too', async () => {
  await using opened = await open('/');
  const { page } = opened;
  await page.setContent(await readFile(join(ROOT, 'docs/images/connection.svg'), 'utf8'));
  const outside = await page.evaluate(() => {
    const rects = [...document.querySelectorAll('svg rect')].map((each) =>
      (each as SVGRectElement).getBBox(),
    );
    const isIn = (inner: DOMRect, box: DOMRect) =>
      inner.x >= box.x && inner.x + inner.width <= box.x + box.width;
    return [...document.querySelectorAll('svg text')].flatMap((text) => {
      const box = (text as SVGTextElement).getBBox();
      const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      // Each box that its middle is in, the picture's own among them.
      const around = rects.filter(
        ({ x, y, width, height }) =>
          x <= middle.x && middle.x <= x + width && y <= middle.y && middle.y <= y + height,
      );
      return around.length > 0 && around.every((each) => isIn(box, each)) ? [] : [text.textContent];
    });
  });
  expect(outside).toEqual([]);
});
