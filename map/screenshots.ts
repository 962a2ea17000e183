// Takes the pictures of the README: a stack of its own with the latency of real distances, and clients all over the world.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { withTeardown } from '../local/teardown.ts';
import { launchBrowser } from '../test/support/browser.ts';
import { connectFrom } from '../test/support/client.ts';
import { PLACES } from '../test/support/data/places.ts';
import { startLoggedStack } from '../test/support/logged-stack.ts';
import { buildMap } from '../test/support/map-page.ts';

const FOLDER = join(import.meta.dirname, '../docs/images');
const SIZE = { width: 1280, height: 720 };
const QUALITY = 0.86;

export async function takeScreenshots(): Promise<void> {
  const { close } = await withTeardown(async (undo) => {
    await buildMap();
    const { stack } = await startLoggedStack(undefined, { wan: true });
    undo.defer(stack.close);
    for (const place of PLACES) {
      for (let n = 0; n < 2; n += 1) {
        const client = await connectFrom(stack.url, place);
        undo.defer(client.close);
      }
    }
    const browser = await launchBrowser();
    if (browser === undefined) throw new Error('no browser can be had here: install Chrome');
    undo.defer(() => browser.close());
    await mkdir(FOLDER, { recursive: true });
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ viewport: SIZE, colorScheme });
      const page = await context.newPage();
      await page.goto(`${stack.url}/#token=${stack.adminToken}`);
      await page.locator('.marker[data-state=up]').nth(5).waitFor();
      await page.getByText(/^You enter/).waitFor();
      if (colorScheme === 'light') await save(page, 'map');
      else await saveForecast(page);
      await context.close();
    }
    return {};
  });
  await close();
}

async function saveForecast(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Change' }).click();
  const dial = page.getByLabel('Eastern North America: percentage of its own clients that it accepts');
  await dial.fill('20');
  await page.getByText('would go elsewhere').waitFor();
  await save(page, 'map-forecast');
}

/** As WebP, by the browser itself. */
async function save(page: Page, name: string): Promise<void> {
  // Dots are on their way then.
  await page.waitForTimeout(3_000);
  const png = (await page.screenshot()).toString('base64');
  const maker = await page.context().newPage();
  const url = await maker.evaluate<string>(`(async () => {
    const image = await createImageBitmap(await (await fetch('data:image/png;base64,${png}')).blob());
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext('2d').drawImage(image, 0, 0);
    const webp = await canvas.convertToBlob({ type: 'image/webp', quality: ${QUALITY} });
    const bytes = new Uint8Array(await webp.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  })()`);
  await maker.close();
  const file = join(FOLDER, `${name}.webp`);
  await writeFile(file, Buffer.from(url, 'base64'));
  console.log(`wrote ${file}`);
}
