#!/usr/bin/env node
// `npx meridian regions ...`, `npx meridian sessions ...`, `npx meridian connect` and `npx meridian cost` from the checkout. The commands are
// TypeScript, which the checkout's own Node runs; the one that runs this file may be older.

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [command, ...rest] = process.argv.slice(2);
const PROGRAMS = new Map([
  ['regions', 'main.ts'],
  ['sessions', 'sessions/main.ts'],
  ['connect', 'connect/main.ts'],
  ['cost', 'cost/main.ts'],
]);
const program = PROGRAMS.get(command);
if (program === undefined) {
  console.error(
    'Usage: meridian regions|sessions <command> [options], or meridian connect|cost [options]. Try meridian regions --help.',
  );
  process.exit(2);
}
const manifest = createRequire(import.meta.url).resolve('node/package.json');
const node = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const cli = fileURLToPath(new URL(program, import.meta.url));
const { status, error } = spawnSync(node, [cli, ...rest], { stdio: 'inherit' });
if (error) console.error(`${node} cannot be run (${error.message}): run npm install in the checkout.`);
process.exit(status ?? 1);
