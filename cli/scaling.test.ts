// The command as people run it: against an edge that answers as the API says, and with a load in a file.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Scaling } from '../api/scaling.ts';
import { refusal } from '../test/support/fake-edge.ts';
import { runRegionsOn } from '../test/support/regions-command.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-scaling-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileWith(text: string): Promise<string> {
  const file = join(folder, `${Math.random()}.csv`);
  await writeFile(file, text);
  return file;
}

const SCALING: Scaling = {
  region: 'weur',
  settings: { min: 1, max: 4, freeConnections: 500, windowSeconds: 300, capacity: 10_000 },
  decision: {
    at: Date.now(),
    clients: 9_800,
    unanswered: [],
    growth: 40,
    startMs: 1_700,
    free: 200,
    serving: 1,
    needed: 2,
    peak: 2,
    action: { kind: 'start', servers: [2] },
    heldBack: [{ kind: 'window', text: '2 were needed within the last 300 s' }],
    reason: 'server 2 is started',
  },
  rebalance: { at: 0, state: 'moving', since: 0, moved: 12, moves: [], reason: '12 were told to reconnect' },
};

test('it shows what was seen, what is needed and what held it back', async () => {
  const { code, out } = await runRegionsOn({ 'GET /api/regions/weur/scaling': { body: SCALING } }, [
    'scaling',
    'weur',
  ]);
  expect(code).toBe(0);
  expect(out).toContain('weur: 1 to 4 servers of 10000 clients');
  expect(out).toMatch(/clients +9800\n/);
  expect(out).toMatch(/growth +40 in 1\.7 s/);
  expect(out).toMatch(/held back +window: 2 were needed/);
  expect(out).toContain('server 2 is started');
  expect(out).toMatch(/rebalance +moving: 12 were told to reconnect/);
});

test('of a region that is one server it says so', async () => {
  const answers = { 'GET /api/regions/weur/scaling': refusal(404, 'no_members') };
  const { code, out } = await runRegionsOn(answers, ['scaling', 'weur']);
  expect(code).toBe(0);
  expect(out).toContain('weur is one server');
  expect((await runRegionsOn(answers, ['scaling', 'weur', '--json'])).out).toBe('null\n');
  const unknown = { 'GET /api/regions/wuer/scaling': refusal(404, 'no_such_region') };
  expect((await runRegionsOn(unknown, ['scaling', 'wuer'])).code).not.toBe(0);
});

test('a load is replayed with the settings to try, and no edge is asked', async () => {
  const file = await fileWith('seconds,clients\n0,0\n# up\n120,0\n150,12000\n900,12000\n930,0\n');
  const tried = ['weur.members.max=4', 'weur.members.freeConnections=2000', 'weur.members.windowSeconds=60'];
  const { code, out, asked } = await runRegionsOn({}, [
    'scaling',
    'weur',
    '--replay',
    file,
    '--set',
    ...tried,
  ]);
  expect({ code, asked }).toEqual({ code: 0, asked: [] });
  // What came while a server starts is expected to come again.
  expect(out).toMatch(/1 -> 3/);
  expect(out).toMatch(/3 -> 2/);
  expect(out).toMatch(/2 -> 1/);
  expect(out).toMatch(/server hours, \$\d+\.\d\d of memory and disk/);
  expect(out).toMatch(/\d+ clients found no room/);
  const json = await runRegionsOn({}, ['scaling', 'weur', '--replay', file, '--json', '--set', ...tried]);
  expect(JSON.parse(json.out)).toMatchObject({
    most: 3,
    changes: [
      { from: 1, to: 3 },
      { from: 3, to: 2 },
      { from: 2, to: 1 },
    ],
  });
});

test('the history of an edge is a load', async () => {
  const point = (at: number, clients: number | null) => ({ at, regions: { weur: [clients, 7] } });
  const points = [point(1_000, 100), point(11_000, null), point(21_000, 200)];
  const file = await fileWith(JSON.stringify({ fields: ['clients', 'inMsgs'], points }));
  const { code, out } = await runRegionsOn({}, [
    'scaling',
    'weur',
    '--replay',
    file,
    '--set',
    'weur.members.max=2',
  ]);
  expect(code).toBe(0);
  expect(out).toContain('The number of servers never changes.');
  expect(out).toContain('Every client found room.');
});

test.each([
  ['0,1\nfive,6 clients\n10;\n', ['weur.members.max=2'], 'line 3 is none'],
  ['10,1\n5,1\n', ['weur.members.max=2'], 'line 2 is none'],
  ['', ['weur.members.max=2'], 'has no points'],
  ['{"fields": 1}', ['weur.members.max=2'], 'neither'],
  ['0,1\n', [], 'weur is one server'],
  ['0,1\n', ['weur.members.max=99'], 'weur.members.max'],
] as const)('a load that is none, or settings that are none: %j %j', async (text, assignments, words) => {
  const file = await fileWith(text);
  const set = assignments.flatMap((each) => ['--set', each]);
  const { code, err } = await runRegionsOn({}, ['scaling', 'weur', '--replay', file, ...set]);
  expect(code).toBe(2);
  expect(err).toContain(words);
});
