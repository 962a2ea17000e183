// The commands that docs/pipeline.md and docs/deploying.md show of deploys and plans, run as they are there.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bareEnvironment } from '../test/support/deploy-command.ts';
import { readWorkflow } from '../test/support/workflow.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const read = (page: string) => readFile(`${PROJECT}docs/${page}`, 'utf8');

const BUNDLE_TIMEOUT_MS = 120_000;

/** What needs an account. */
const NEEDS_ACCOUNT = /^npm run deploy -- --(target| )|^npm run deploy$/;

const PAGE = await read('pipeline.md');
const OF_BLOCKS = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
  .flatMap(([, block = '']) => block.trim().split('\n'))
  .map((line) => line.replace(/ +#.*$/, ''));
const OF_DEPLOYING = [...(await read('deploying.md')).matchAll(/`(npm run (?:deploy|plan)[^`\n]*)`/g)].map(
  ([, line = '']) => line,
);
const COMMANDS = [...OF_BLOCKS, ...new Set(OF_DEPLOYING)];

test('they are found', () => {
  expect(COMMANDS.length).toBeGreaterThan(7);
  expect(COMMANDS.filter((line) => NEEDS_ACCOUNT.test(line)).length).toBe(4);
});

test.each(COMMANDS)('%s', { timeout: BUNDLE_TIMEOUT_MS }, async (line) => {
  // In CI nobody is signed in: what needs an account says so before it does anything.
  const env = { ...bareEnvironment(), CI: 'true', MERIDIAN_URL: 'https://meridian.example.com' };
  const { code, err } = await new Promise<{ readonly code: number; readonly err: string }>((resolve) => {
    execFile('bash', ['-c', line], { cwd: PROJECT, env, maxBuffer: 16 * 1024 * 1024 }, (error, _out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), err }),
    );
  });
  if (!NEEDS_ACCOUNT.test(line))
    return expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  expect({ code, err }).toEqual({
    code: 5,
    err: expect.stringMatching(/(CLOUDFLARE|SYNADIA)_\w+ is missing/),
  });
});

test('the page has every variable and secret of the pipeline, and no other', async () => {
  const text = JSON.stringify(await readWorkflow('pipeline.yml'));
  const used = new Set([...text.matchAll(/\b(?:vars|secrets)\.(\w+)/g)].map(([, name = '']) => name));
  const rows =
    PAGE.split('## Variables and secrets')[1]
      ?.split('\n')
      .filter((line) => line.startsWith('| `')) ?? [];
  const listed = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => name),
  );
  expect(listed.toSorted()).toEqual([...used].toSorted());
});
