// Runs the command as people do, and once against measured data: set MERIDIAN_RTT_DATA to a folder that has
// scenarios/*.json. Skipped when not set.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyScenario } from '../../test/support/data/scenario.ts';

const CLI = fileURLToPath(new URL('cli.ts', import.meta.url));
const REGIONS = fileURLToPath(new URL('../../regions/regions.json', import.meta.url));
const data = process.env.MERIDIAN_RTT_DATA;
let folder = '';
let tiny = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-simulate-'));
  tiny = join(folder, 'tiny.json');
  await writeFile(tiny, JSON.stringify(tinyScenario()));
});
afterAll(() => rm(folder, { recursive: true }));

interface Run {
  code: number;
  out: string;
  err: string;
}

function run(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { maxBuffer: 2 ** 26 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

const SCORE = {
  bestShare: expect.any(Number),
  meanRegretMs: expect.any(Number),
  p95RegretMs: expect.any(Number),
  meanRatio: expect.any(Number),
};

test('--json prints the scores of every policy and how learning goes', async () => {
  const { code, out } = await run('--scenario', tiny, '--json', '--runs', '2');
  expect(code).toBe(0);
  const { scenarios } = JSON.parse(out);
  expect(scenarios).toHaveLength(1);
  expect(scenarios[0]).toMatchObject({
    name: 'tiny',
    policies: { meridian: SCORE, continent: SCORE, country: SCORE, nearest: SCORE },
    learning: [1, 3, 10, 30].map((samples) => ({
      samples,
      meanRegretMs: expect.any(Number),
      flipShare: expect.any(Number),
    })),
  });
  // Nearest sends `crossed` (8 ms) and `slow` (100 ms) to the wrong side.
  expect(scenarios[0].policies.nearest).toMatchObject({
    bestShare: 0.6,
    meanRegretMs: 21.6,
    p95RegretMs: 100,
  });
});

test('the report shows the tables and the decisions behind the worst clients', async () => {
  const { code, out } = await run('--scenario', tiny, '--runs', '1');
  expect(code).toBe(0);
  expect(out).toMatch(/^tiny: 5 clients, regions wnam, weur$/m);
  expect(out).toMatch(/^nearest by great circle +5 +60\.0% +21\.6 ms +100\.0 ms/m);
  expect(out).toMatch(
    /^slow \(BR\): weur in 200\.0 ms, best wnam in 100\.0 ms, regret 100\.0 ms\n {2}from coordinates/m,
  );
});

test('several scenarios are taken one by one, in folders too, and each gets its map', async () => {
  const scenarios = join(folder, 'several');
  await mkdir(scenarios);
  await writeFile(join(scenarios, 'a.json'), JSON.stringify({ ...tinyScenario(), name: 'a/b' }));
  const map = join(folder, 'map.svg');
  const { code, out, err } = await run(
    '--scenario',
    tiny,
    '--scenario',
    scenarios,
    '--json',
    '--runs',
    '1',
    '--map',
    map,
  );
  expect(code).toBe(0);
  expect(JSON.parse(out).scenarios.map(({ name }: { name: string }) => name)).toEqual(['tiny', 'a/b']);
  expect(err).toContain('map-tiny.svg');
  expect(await readFile(join(folder, 'map-a-b.svg'), 'utf8')).toMatch(/^<svg /);
});

test('--config simulates another region file and says which of its regions are left out', async () => {
  const { code, out } = await run('--scenario', tiny, '--config', REGIONS, '--runs', '1');
  expect(code).toBe(0);
  expect(out).toContain(
    'note: left out, because the scenario has no round trips to them: enam, eeur, apac, oc',
  );
});

test('--oracle says what is left by how much flips', async () => {
  const { code, out } = await run('--scenario', tiny, '--oracle', '--runs', '2');
  expect(code).toBe(0);
  expect(out).toMatch(/^tiny: the best rule there could be, after 10 rounds$/m);
  expect(out).toMatch(/^0\.1% +0\.00% +\d+\.\d\d ms/m);
  const json = await run('--scenario', tiny, '--oracle', '--runs', '2', '--json');
  expect(JSON.parse(json.out).oracles[0]).toMatchObject({ name: 'tiny', results: expect.any(Array) });
});

test('--compare says who would move', async () => {
  const changed = join(folder, 'changed.json');
  const config = JSON.parse(await readFile(REGIONS, 'utf8'));
  config.regions.find(({ id }: { id: string }) => id === 'wnam').drain = true;
  await writeFile(changed, JSON.stringify(config));
  const { code, out } = await run('--scenario', tiny, '--compare', REGIONS, changed);
  expect(code).toBe(0);
  expect(out).toMatch(/^west-coast +US +wnam +weur +10\.0 ms +150\.0 ms +\+140\.0 ms$/m);
});

test.each([
  [[], 'error: required option'],
  [['--scenario', 'no-such-file.json'], 'error: cannot read no-such-file.json: ENOENT'],
  [['--scenario', REGIONS], 'regions.json is not a scenario:\n  - name: is missing'],
  [
    ['--scenario', fileURLToPath(new URL('.', import.meta.url))],
    'has no scenarios: no file in it ends in .json',
  ],
  [['--scenario', REGIONS, '--noise', '20'], 'Should be a share from 0 to 1'],
  [['--scenario', REGIONS, '--seed', '1.5'], 'Should be a whole number'],
  [['--scenario', REGIONS, '--compare', REGIONS], '--compare takes two region files, and was given 1'],
])('%j is refused with a reason', async (args, message) => {
  const { code, out, err } = await run(...args);
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(err).toContain(message);
  expect(err).not.toMatch(/^ +at /m);
});

test('measured data: no worse than the tables, and learning reaches half a millisecond', async (context) => {
  if (data === undefined) return context.skip('MERIDIAN_RTT_DATA names no folder with scenarios');
  const folderOfData = join(data, 'scenarios');
  const { code, out } = await run('--scenario', folderOfData, '--json');
  expect(code).toBe(0);
  const { scenarios } = JSON.parse(out);
  expect(scenarios).toHaveLength(
    (await readdir(folderOfData)).filter((name) => name.endsWith('.json')).length,
  );
  for (const { policies, learning, steadyFlipShare } of scenarios) {
    expect(policies.meridian.meanRegretMs).toBeLessThan(policies.continent.meanRegretMs);
    expect(policies.meridian.meanRegretMs).toBeLessThanOrEqual(policies.country.meanRegretMs);
    expect(learning[2]).toMatchObject({
      samples: 10,
      meanRegretMs: expect.toSatisfy((ms: number) => ms <= 0.5),
    });
    expect(steadyFlipShare).toBeLessThan(0.001);
  }
}, 120_000);
