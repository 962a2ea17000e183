// The page of examples/browser in a real browser, served as its reader would serve it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { credentials } from '../support/client.ts';
import { REGIONS } from '../support/data/places.ts';
import { EXAMPLES } from '../support/run-example.ts';
import { target } from '../support/target.ts';

/** Any free one. */
const PORT = '0';

test('the page says which region it is connected to, and what it was answered', async ({ skip }) => {
  await using browser = await launchBrowser();
  if (browser === undefined) return skip('left out: no Chrome is installed');
  await using server = await servePage();
  const page = await browser.newPage();
  const problems: Error[] = [];
  page.on('pageerror', (problem) => problems.push(problem));
  const { token = '' } = credentials();
  const query = new URLSearchParams({ server: target.url.replace(/^http/, 'ws'), ...(token && { token }) });
  await page.goto(`${server.url}?${query}`);
  await page.getByText('hello from a browser').waitFor();
  expect(await page.locator('#server').textContent()).toMatch(new RegExp(`^nats-(${REGIONS.join('|')})$`));
  expect(problems).toEqual([]);
});

async function servePage(): Promise<AsyncDisposable & { readonly url: string }> {
  const child = spawn(process.execPath, [join(EXAMPLES, 'browser/serve.ts'), PORT], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    url: line.replace('open ', ''),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await exited;
    },
  };
}
