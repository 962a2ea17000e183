// Puts prometheus and promtool on the PATH of tests. CI takes them from Debian's package where they are not installed; where
// that does not work, and elsewhere, the tests that need them are left out and say so.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled, mayInstall, unpackPackage } from './debian-packages.ts';

const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/debian/prometheus', import.meta.url));

export default async function setup(): Promise<void> {
  if ((await isInstalled('prometheus')) && (await isInstalled('promtool'))) return;
  try {
    if (!existsSync(FOLDER)) {
      if (!mayInstall()) return;
      await unpackPackage('prometheus', FOLDER, console.error);
    }
    process.env.PATH = [process.env.PATH, join(FOLDER, 'usr/bin')].join(delimiter);
  } catch (error) {
    console.error("Prometheus is NOT tried: it is not installed, and Debian's package cannot be had.", error);
  }
}
