// `node local/run.mjs cli/main.ts ...`: runs one of the checkout's TypeScript commands, on a Node that can. Scripts of
// package.json begin here. A Node that is too old says so in words: given a .ts file itself, it ends with
// ERR_UNKNOWN_FILE_EXTENSION before any line of that file runs.

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The first that runs TypeScript without a flag. */
const LEAST = { major: 22, minor: 18 };

const { node: version } = process.versions;
const [major = 0, minor = 0] = version.split('.').map(Number);
const [, , command = ''] = process.argv;

if (major < LEAST.major || (major === LEAST.major && minor < LEAST.minor)) {
  stop(
    `Node ${version} cannot run ${command}, which is TypeScript: it takes Node ${LEAST.major}.${LEAST.minor} or later.\n` +
      'Run `npm install`, which brings one, and then use `npm start` or `npm run`, which use that one.',
  );
} else {
  // The command sees its own arguments, as if Node had been given its file.
  process.argv.splice(1, 2, resolve(command));
  try {
    await import(pathToFileURL(resolve(command)).href);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || !error.message.includes('Cannot find package')) throw error;
    stop(`${error.message}.\nRun \`npm install\` first.`);
  }
}

/** @param {string} words */
function stop(words) {
  console.error(words);
  process.exitCode = 2;
}
