// Opens the map in the browser of whoever started the stack, signed in. The token is behind the `#`, which no server is sent, and
// the page takes it out of the address at once. It is the token of this stack alone, and ends with it.

import { spawn } from 'node:child_process';

/** What opens an address, by the platform of Node. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};
const OPENER: readonly [string, ...string[]] = ['xdg-open'];

/** The address that signs in. */
export function signedInAddress(url: string, token: string): string {
  return `${url}/#token=${encodeURIComponent(token)}`;
}

/** @returns why no browser was started; undefined if one was */
export async function openPage(
  address: string,
  [file, ...args] = OPENERS[process.platform] ?? OPENER,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const child = spawn(file, [...args, address], { stdio: 'ignore', detached: true });
  child.once('error', (error) => resolve(`no browser could be opened (${error.message})`));
  child.once('spawn', () => resolve(undefined));
  child.unref();
  return promise;
}
