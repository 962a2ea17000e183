// `npm run test:containers`: the tests on real containers, where an engine can be had. Elsewhere they are left out, and
// that is said loudly: a run that is green has not run them. With `--short` those that `npm test` has time for; other
// arguments go to vitest.

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { chooseEngine } from '../support/engine/choose-engine.ts';

/**
 * The rest builds images and starts stacks for most of its time. Five of six regions that start at once, beside the six of the stack
 * that the suite shares, are as slow as the machine.
 */
const SHORT = [
  'test/contract/',
  'test/containers/fidelity.test.ts',
  'test/containers/troubles.test.ts',
  'test/failure/region-killed.test.ts',
  '--testNamePattern=^(?!five of six)',
];

const chosen = await chooseEngine(console.error);
if (chosen.kind === 'none') {
  const line = '!'.repeat(100);
  console.error(`${line}
The tests on real containers are LEFT OUT: no container engine can be used on this machine.
${chosen.why}
Start Docker or podman, or name an engine with MERIDIAN_TEST_ENGINE (docker, podman, unix:///path).
${line}`);
  process.exit(0);
}
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const given = process.argv.slice(2).flatMap((argument) => (argument === '--short' ? SHORT : [argument]));
const args = [vitest, 'run', '--project', 'containers', ...given];
process.exit(spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1);
