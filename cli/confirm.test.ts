// What the command asks on a terminal, on one.

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { livingEdge, startFakeEdge } from '../test/support/fake-edge.ts';
import { type Replies, runOnTerminal } from '../test/support/on-terminal.ts';

const CLI = fileURLToPath(new URL('main.ts', import.meta.url));

async function setOnTerminal(replies: Replies, ...args: readonly string[]) {
  await using edge = await startFakeEdge(livingEdge());
  const line = [process.execPath, CLI, 'set', 'weur.dial=50', ...args].join(' ');
  const env = { MERIDIAN_URL: edge.url, MERIDIAN_TOKEN: 'secret' };
  const result = await runOnTerminal(line, { env, replies });
  return { ...result, edits: edge.asked.filter(({ method }) => method === 'PUT').map(({ body }) => body) };
}

const WHY = /Why, for the history\? $/;
const SURE = /Make these changes\? \[y\/N\] $/;

test('the reason is asked for after the forecast, then the confirmation', async () => {
  const { code, screen, edits } = await setOnTerminal([
    [WHY, 'half of it'],
    [SURE, 'y'],
  ]);
  expect(screen).toMatch(/Forecast.*Why, for the history\?.*Make these changes\?.*Done: version 8/s);
  expect({ code, edits }).toMatchObject({ code: 0, edits: [{ message: 'half of it' }] });
});

test.each([
  ['no reason', [[WHY, '']], 1],
  [
    'no',
    [
      [WHY, 'half of it'],
      [SURE, 'n'],
    ],
    1,
  ],
] satisfies [string, Replies, number][])('%s changes nothing', async (_what, replies, exitCode) => {
  const { code, screen, edits } = await setOnTerminal(replies);
  expect({ code, edits }).toEqual({ code: exitCode, edits: [] });
  expect(screen).toContain('Nothing was changed');
});

test('with --yes nothing is asked, so the reason must be there', async () => {
  const { code, screen, edits } = await setOnTerminal([], '--yes');
  expect({ code, edits }).toEqual({ code: 2, edits: [] });
  expect(screen).toContain('--message');
});
