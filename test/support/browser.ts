// A headless browser: the Chromium that comes as an npm package where there is one (Linux on x64), elsewhere the
// Chrome that is installed.

import packaged from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** Undefined where there is no browser. */
export async function launchBrowser(): Promise<Browser | undefined> {
  // In a container root has no user namespace for the sandbox; the page is our own.
  const args = ['--no-sandbox'];
  if (process.platform === 'linux' && process.arch === 'x64') {
    return chromium.launch({ executablePath: await packaged.executablePath(), args });
  }
  return chromium.launch({ channel: 'chrome', args }).catch((error: Error) => {
    if (error.message.includes('is not found at')) return undefined;
    throw error;
  });
}
