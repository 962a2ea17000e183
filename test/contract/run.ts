// `npm run test:contract`: the contract suite, against a local stack or what MERIDIAN_URL names. What is wrong with a deployment as a
// whole is said in one line, which vitest would surround with pages of its own. Arguments go to vitest.

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findDeployment } from '../support/deployment.ts';

try {
  await findDeployment();
} catch (error) {
  console.error(`No test was run: ${error instanceof Error ? error.message : error}.`);
  process.exit(1);
}
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const args = [vitest, 'run', '--project', 'e2e', 'test/contract', ...process.argv.slice(2)];
process.exit(spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1);
