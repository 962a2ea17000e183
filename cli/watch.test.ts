import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { MeshLink } from '../api/mesh.ts';
import { CONFIG, livingEdge, regionView, startFakeEdge } from '../test/support/fake-edge.ts';
import { runOnTerminal } from '../test/support/on-terminal.ts';
import { runRegionsOn } from '../test/support/regions-command.ts';
import { watchText } from './watch.ts';

const CLI = fileURLToPath(new URL('main.ts', import.meta.url));
const LINK: MeshLink = {
  a: 'oc',
  b: 'weur',
  state: 'up',
  since: 0,
  rttMs: 1,
  bytes: 1_000,
  remade: 0,
  compression: null,
  plainBecause: null,
  transport: 'connect',
};

test('regions with their links, messages and bytes since the last look, and drains with the time left', () => {
  const then = [regionView({ id: 'weur', inMsgs: 100, outMsgs: 300 }), regionView({ id: 'oc', inMsgs: 900 })];
  const before = { at: 0, version: 7, regions: then, links: [LINK] };
  const regions = [
    regionView({ id: 'weur', since: 0, inMsgs: 350, outMsgs: 2_300 }),
    regionView({
      id: 'oc',
      since: 0,
      state: 'draining',
      inMsgs: 5,
      drainPhase: 'settling',
      problem: 'odd\u001b[2J',
    }),
  ];
  const links = [
    { ...LINK, bytes: 5_096 },
    { ...LINK, a: 'apac', state: 'down' as const },
  ];
  const text = stripVTControlCharacters(
    watchText({ at: 2_000, version: 7, regions, links, before }, CONFIG, 30_000),
  );
  expect(text).toMatch(/^weur +up +30 s +3 +125\/s +1000\/s +1 of 2 +2\.0 KiB\/s$/m);
  expect(text).toMatch(/^oc +draining +30 s +3 +- +- +1 of 1 +2\.0 KiB\/s$/m);
  expect(text).toMatch(/^oc: takes no new clients.*for 30 s at most\.$/m);
  expect(text).toContain('oc: odd.');
  expect(text).toContain('link apac - weur is down');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('on a terminal it shows the table, and Ctrl-C puts the terminal back', async () => {
  await using edge = await startFakeEdge({ ...livingEdge(), 'GET /api/mesh': { body: { links: [LINK] } } });
  const { code, screen } = await runOnTerminal(`${process.execPath} ${CLI} watch`, {
    env: { MERIDIAN_URL: edge.url, MERIDIAN_TOKEN: 'secret' },
    interruptAt: /Ctrl-C ends this/,
  });
  expect(code).toBe(0);
  expect(screen).toMatch(/^weur +up/m);
});

test('without a terminal it says what to use', async () => {
  const { code, err, asked } = await runRegionsOn(livingEdge(), ['watch']);
  expect({ code, asked }).toEqual({ code: 2, asked: [] });
  expect(err).toContain('regions list --json');
});
