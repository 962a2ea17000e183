// The page of the live map: built for a stack to serve, and told by a test what is, where a test is about that.

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import type { LiveMessage } from '../../api/live.ts';
import config from '../../map/vite.config.ts';

const MODULE = fileURLToPath(new URL('../../map/dist/page.js', import.meta.url));

/** Before a stack is started that serves it. */
export async function buildMap(): Promise<void> {
  await build({ ...config, logLevel: 'warn' });
}

/** As a deploy of another page does. `buildMap` makes it good. */
export async function changeBuiltMap(): Promise<void> {
  const page = await readFile(MODULE, 'utf8');
  await writeFile(MODULE, page.replace(/(?<=^export const build = ')\w+/, 'another'));
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
