// An external region on the live map, in a real browser: drawn, named, told as it is, and with nothing that cannot be done to it.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, LOOPBACK } from '../../local/listen.ts';
import type { Stack } from '../../local/stack.ts';
import { validateConfig } from '../../regions/validate.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { launchBrowser } from '../support/browser.ts';
import { configOf } from '../support/data/checked-in.ts';
import { externalRegion } from '../support/data/external-region.ts';
import { natsServerAt, type OtherServer, speakerAt } from '../support/external-servers.ts';
import { startLoggedStack } from '../support/logged-stack.ts';
import { buildMap } from '../support/map-page.ts';

const WITHIN = { timeout: 20_000 };
const port = await freePort();

let browser: Browser | undefined;
let stack: Stack;
let office: OtherServer;

beforeAll(async () => {
  browser = await launchBrowser();
  if (browser === undefined) return;
  const own = configOf(['weur', 'oc']);
  const theirs = externalRegion({ name: 'Office', url: `ws://${LOOPBACK}:${port}` });
  const validated = validateConfig({ ...own, regions: [...own.regions, theirs] });
  if (!validated.ok) throw new Error(JSON.stringify(validated.problems));
  await buildMap();
  office = await natsServerAt(port, 'office-1');
  ({ stack } = await startLoggedStack(validated.config));
});

afterAll(async () => {
  await browser?.close();
  await stack?.close();
  await office?.close();
});

function withBrowser(name: string, run: (opened: { page: Page; said: readonly string[] }) => Promise<void>) {
  test(name, { timeout: 90_000 }, async ({ skip }) => {
    if (browser === undefined) {
      console.warn(`LEFT OUT, since no browser can be had here: ${name}`);
      return skip('no browser can be had here');
    }
    await using context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(`${stack.url}/#token=${stack.adminToken}`);
    await run({ page, said });
  });
}

const markerOf = (page: Page, state: string) =>
  page.locator(`.marker[data-region=office][data-state=${state}]`);

/** The policy of the page allows no script of a test's; a debugger may run one. */
async function nothingIsInTheWay(page: Page): Promise<void> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const { violations } = await page.evaluate<AxeResults>(`${axe}; axe.run()`);
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

withBrowser(
  'it is there with its name, and how many clients it has is unknown, not none',
  async ({ page, said }) => {
    await markerOf(page, 'up').waitFor(WITHIN);
    expect(await markerOf(page, 'up').textContent()).toContain('Office (office): up, clients unknown');
    expect(await page.locator('.row', { hasText: 'Office' }).textContent()).toMatch(
      /office · external · up.*clients unknown/s,
    );
    await page.getByRole('img', { name: /3 of 3 regions up, 1 of 1 links, at least 0 clients/ }).waitFor();
    await markerOf(page, 'up').click();
    await page.getByRole('heading', { name: 'Office' }).waitFor();
    const panel = page.locator('article.region');
    await panel.getByText('external region').waitFor();
    await panel.getByText("Somebody else's NATS servers, which take clients.").waitFor();
    expect(await panel.locator('dl.facts div', { hasText: 'Clients' }).textContent()).toBe('Clientsunknown');
    // No routes, no server to restart.
    expect(await panel.getByRole('heading', { name: 'Links' }).count()).toBe(0);
    await panel.getByRole('button', { name: 'Drain…' }).waitFor();
    expect(await panel.locator('.actions').getByRole('button').allTextContents()).toEqual(['Drain…']);
    await nothingIsInTheWay(page);
    await page.getByRole('tab', { name: 'Tables' }).click();
    const row = page.getByRole('table', { name: 'Regions' }).getByRole('row', { name: /Office/ });
    expect(await row.getByRole('cell').allTextContents()).toEqual([
      'up',
      expect.stringMatching(/ s$| min$/),
      'unknown',
      '–',
      '–',
    ]);
    await nothingIsInTheWay(page);
    expect(said).toEqual([]);
  },
);

withBrowser('a drain sends no new clients there, and is ended again', async ({ page, said }) => {
  await markerOf(page, 'up').click();
  const panel = page.locator('article.region');
  await panel.getByRole('button', { name: 'Drain…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText("Its servers are somebody else's, and are told nothing").waitFor();
  await dialog.getByRole('button', { name: 'Drain' }).click();
  await markerOf(page, 'draining').waitFor(WITHIN);
  await panel.getByText('No new clients are sent there').waitFor();
  expect(await panel.locator('.phases').count()).toBe(0);
  await panel.getByRole('button', { name: 'Take clients again' }).waitFor();
  expect(await panel.locator('.actions').getByRole('button').count()).toBe(1);
  await nothingIsInTheWay(page);
  await panel.getByRole('button', { name: 'Take clients again' }).click();
  await markerOf(page, 'up').waitFor(WITHIN);
  expect(said).toEqual([]);
});

withBrowser(
  'servers that are lame ducks by themselves are no drain that could be ended here',
  async ({ page }) => {
    await office.close();
    office = await speakerAt(port, 'INFO {"version":"2.15.1","ldm":true}\r\n', { stays: true });
    await markerOf(page, 'draining').waitFor(WITHIN);
    await markerOf(page, 'draining').click();
    const panel = page.locator('article.region');
    await panel.getByRole('button', { name: 'Drain…' }).waitFor();
    expect(await panel.locator('.actions').getByRole('button').count()).toBe(1);
  },
);

withBrowser('one that is gone is unreachable, and the panel says why', async ({ page }) => {
  await office.close();
  await markerOf(page, 'unreachable').waitFor(WITHIN);
  await markerOf(page, 'unreachable').click();
  const panel = page.locator('article.region');
  await panel.getByText('which take no clients now').waitFor();
  await panel.getByText('nothing takes connections at its address').waitFor();
  expect(await panel.textContent()).not.toContain('Its object does not answer');
  await nothingIsInTheWay(page);
  office = await natsServerAt(port, 'office-1');
  await markerOf(page, 'up').waitFor(WITHIN);
});

withBrowser('its dial is dragged as that of any region', async ({ page, said }) => {
  await page.getByRole('tab', { name: 'Change' }).click();
  await page.getByLabel('Office: percentage of its own clients that it accepts').fill('40');
  await page.getByText('regions.office.dial: 100 → 40').waitFor();
  await page.getByLabel('Why, for the history').fill('less for the office');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText(/^Stored as version \d+/).waitFor();
  await waitFor('it to be stored', { timeoutMs: 10_000 }, async () => {
    const { config } = await stack.api.config();
    return config.regions.find(({ id }) => id === 'office')?.dial === 40;
  });
  expect(said).toEqual([]);
});
