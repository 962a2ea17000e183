// The page of the live map in front of a stack: as the Worker serves it, or, where the Worker serves none, from map/dist.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { build, preview } from 'vite';
import type { LiveMessage } from '../../api/live.ts';
import type { Stack } from '../../local/stack.ts';
import config from '../../map/vite.config.ts';

/** What the Worker sends with the page. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export interface ServedMap extends AsyncDisposable {
  readonly url: string;
}

export async function serveMap(stack: Pick<Stack, 'url'>): Promise<ServedMap> {
  const own = await fetch(stack.url, { headers: { accept: 'text/html' } });
  const isServed = own.headers.get('content-type')?.startsWith('text/html') === true && own.ok;
  await own.body?.cancel();
  if (isServed) return { url: `${stack.url}/`, [Symbol.asyncDispose]: async () => {} };
  if (!existsSync(join(import.meta.dirname, '../../map/dist/index.html')))
    await build({ ...config, logLevel: 'warn' });
  const proxy = { '/api': { target: stack.url, ws: true } };
  const headers = { 'content-security-policy': POLICY };
  const server = await preview({ ...config, preview: { host: '127.0.0.1', port: 0, proxy, headers } });
  const [url = ''] = server.resolvedUrls?.local ?? [];
  return { url, [Symbol.asyncDispose]: () => server.close() };
}

/** Has the page told of what is by a test rather than by Meridian. @param messages of each connection; it is closed after the last */
export async function tellLive(page: Page, messages: () => AsyncIterable<LiveMessage>): Promise<void> {
  let isOpen = true;
  page.on('close', () => {
    isOpen = false;
  });
  await page.routeWebSocket('**/api/live', (socket) => {
    const tell = async () => {
      for await (const message of messages()) {
        if (!isOpen) return;
        socket.send(JSON.stringify(message));
      }
      await socket.close();
    };
    socket.onMessage(() => {
      tell().catch((error: Error) => {
        // A page that has gone, or a stack that is stopped, needs to be told nothing more.
        if (isOpen) socket.close({ code: 1011, reason: error.message.slice(0, 100) });
      });
    });
  });
}

/** Whether the Worker tells what is live. */
export async function isLive(stack: Pick<Stack, 'url'>): Promise<boolean> {
  const answer = await fetch(`${stack.url}/api/live`);
  await answer.body?.cancel();
  return answer.status !== 404;
}

/** What `GET /api/live` would tell, from what the API answers four times a second. */
export async function* askedLive(stack: Pick<Stack, 'api'>): AsyncGenerator<LiveMessage> {
  for (;;) {
    const [{ version, regions }, { links }] = await Promise.all([stack.api.regions(), stack.api.mesh()]);
    yield {
      kind: 'snapshot',
      level: 'admin',
      build: 'test',
      at: Date.now(),
      version,
      regions,
      links,
      places: [],
    };
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
