#!/usr/bin/env node
// `npx meridian regions ...` and the other commands for operators, from the checkout: each is what `npm run` calls by the same name,
// and files that are named to it are those of the folder that it is called in. The commands are TypeScript, which the checkout's own
// Node runs; the one that runs this file may be older.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const USAGE = 2;
const RUN = 'node local/run.mjs ';

/** Names among the scripts of package.json, and what each is for. */
const COMMANDS = new Map([
  ['regions', 'the regions, the live configuration, rollouts, backups'],
  ['sessions', 'servers of their own'],
  ['connect', 'how a client connects'],
  ['doctor', 'what is missing or wrong, and the fix'],
  ['setup', 'from a fresh clone to one that can be deployed'],
  ['deploy', 'to Cloudflare, to Synadia, or to both'],
  ['rollback', 'configuration, Worker and images of an earlier deploy'],
  ['plan', 'whom a change of regions.json would move'],
  ['secrets', 'how old they are, who uses them, and the next one'],
  ['infra', 'buckets, DNS, Access and tokens, by OpenTofu'],
  ['cost', 'what a configuration costs under a load'],
]);

const root = fileURLToPath(new URL('..', import.meta.url));
const [command, ...rest] = process.argv.slice(2);

if (command === undefined || ['--help', '-h', 'help'].includes(command)) {
  const list = [...COMMANDS].map(([name, what]) => `  ${name.padEnd(10)}${what}`).join('\n');
  const text = `Usage: meridian <command> [options]\n\n${list}\n\nEach has --help.`;
  if (command === undefined) stop(text);
  else console.log(text);
} else if (COMMANDS.has(command)) run(command);
else stop(`There is no command ${JSON.stringify(command)}: there are ${[...COMMANDS.keys()].join(', ')}.`);

/** @param {string} name */
function run(name) {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [file, ...args] = scripts[name].slice(RUN.length).split(' ');
  const child = spawn(ownNode(), [join(root, file), ...args, ...rest], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both: the command decides when it ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => signal === 'SIGINT' || child.kill(signal));
  child.on('error', ({ message }) =>
    stop(`The Node of the checkout cannot be run (${message}): npm install in ${root}.`),
  );
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

function ownNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json');
    return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    stop(`Nothing is installed yet: npm install in ${root}.`);
    process.exit();
  }
}

/** @param {string} words */
function stop(words) {
  console.error(words);
  process.exitCode = USAGE;
}
