// The versions that a run was made with: figures from different versions cannot be compared.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

const PACKAGES = ['@cloudflare/containers', 'miniflare', 'wrangler', 'esbuild', 'itty-router', 'valibot'];
const PROJECT = new URL('../package.json', import.meta.url);

/** Program or package -> version. */
export async function readVersions(natsServer: string): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await promisify(execFile)(natsServer, ['--version']);
  const require = createRequire(import.meta.url);
  // Of wrangler's own dependencies: workerd is not one of this project's.
  const ofMiniflare = createRequire(require.resolve('miniflare'));
  const versions: Record<string, string> = {
    meridian: await versionIn(PROJECT),
    node: process.version,
    workerd: await versionIn(ofMiniflare.resolve('workerd/package.json')),
    'nats-server': stdout.trim().replace(/^nats-server: v?/, ''),
  };
  for (const name of PACKAGES) versions[name] = await versionOf(name, require);
  return versions;
}

/** Not every package exports its package.json, so it is read where Node would look for the package. */
async function versionOf(name: string, require: NodeJS.Require): Promise<string> {
  for (const path of require.resolve.paths(name) ?? []) {
    const version = await versionIn(`${path}/${name}/package.json`).catch(() => undefined);
    if (version !== undefined) return version;
  }
  return 'unknown';
}

async function versionIn(file: string | URL): Promise<string> {
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version;
}
