// The command as people run it, against an edge that answers as the API says.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Health } from '../api/health.ts';
import { type Answers, CONFIG, INFO, livingEdge, refusal } from '../test/support/fake-edge.ts';
import { runRegionsOn } from '../test/support/regions-command.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-live-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(answers: Answers, ...args: readonly string[]) {
  const { asked, ...result } = await runRegionsOn(answers, args);
  const changes = asked.filter(({ method, path }) => method !== 'GET' && path !== '/api/config/dry-run');
  return { ...result, changes };
}

async function fileOf(config: unknown): Promise<string> {
  const path = join(folder, `${crypto.randomUUID()}.json`);
  await writeFile(path, JSON.stringify(config));
  return path;
}

const SET = ['set', 'weur.weight=50', '--message', 'less'];

test('list shows what the regions do now', async () => {
  const { code, out } = await run(livingEdge(), 'list');
  expect(code).toBe(0);
  expect(out).toMatch(/^weur +Western Europe +up +3 +12 ms +1 +100 +100%$/m);
  expect(out).toContain('version 7 by alice, 2026-11-23 14:06:54Z: less of apac');
});

test('list says that JetStream does not serve', async () => {
  const health: Health = {
    ...{ ok: true, version: 7, regions: ['weur'], others: [] },
    jetstream: { ok: false, problem: '1 of 3 JetStream servers run' },
  };
  const { code, out } = await run({ ...livingEdge(), 'GET /health': { body: health } }, 'list');
  expect(code).toBe(0);
  expect(out).toMatch(/^JetStream: 1 of 3 JetStream servers run$/m);
});

test('set shows the changes and the forecast, then makes them', async () => {
  const { code, out, changes } = await run(livingEdge(), ...SET, '--yes');
  expect(code).toBe(0);
  expect(out).toContain('~ regions.weur.weight: 100 -> 50');
  expect(out).toContain("Forecast: 12% of the world's population would go elsewhere.");
  expect(out).toMatch(/weur -> eeur +DE 10%/);
  expect(out).toContain('mean 30 ms -> 31 ms, p95 80 ms -> 81 ms');
  expect(out).toContain('eeur: about 12000 clients, over its hard limit of 10000');
  expect(out).toContain('No region would serve clients from KP (<0.1% of all).');
  expect(out).toContain('As before, no region would serve clients from AQ.');
  expect(out).toContain('Confidence is low: cities of the world');
  expect(out).toContain('Done: version 8 by bob');
  expect(changes).toMatchObject([{ method: 'PUT', body: { base: 7, message: 'less', force: false } }]);
});

test('without a terminal and without --yes nothing is changed', async () => {
  const { code, err, changes } = await run(livingEdge(), ...SET);
  expect(code).toBe(2);
  expect(err).toContain('Use --yes');
  expect(changes).toEqual([]);
});

test('--json prints one document, for failures too', async () => {
  const done = await run(livingEdge(), ...SET, '--yes', '--json');
  expect(JSON.parse(done.out)).toMatchObject({ base: 7, changes: [{}], result: { version: 8 } });
  const answers = { ...livingEdge(), 'PUT /api/config': refusal(409, 'conflict', { current: 8 }) };
  const failed = await run(answers, ...SET, '--yes', '--json');
  expect(failed.code).toBe(3);
  expect(JSON.parse(failed.out)).toMatchObject({ error: { code: 'conflict', current: 8 } });
});

test('set to what already is changes nothing', async () => {
  const { code, out, changes } = await run(livingEdge(), 'set', 'weur.weight=100', '-m', 'same', '--yes');
  expect({ code, changes }).toEqual({ code: 0, changes: [] });
  expect(out).toContain('Nothing to change');
});

test('a mistyped field is refused before anything is sent', async () => {
  const { code, err, changes } = await run(livingEdge(), 'set', 'weur.wieght=50', '-m', 'x', '--yes');
  expect({ code, changes }).toEqual({ code: 1, changes: [] });
  expect(err).toContain('did you mean "weight"?');
});

test('apply sends the file, and stops at what needs a deploy', async () => {
  const steers = { ...CONFIG, routing: { ...CONFIG.routing, bandMs: 5 } };
  const done = await run(livingEdge(), 'apply', await fileOf(steers), '-m', 'x', '--yes');
  expect(done).toMatchObject({ code: 0, changes: [{ body: { base: 7, config: steers } }] });

  const fewer = { ...CONFIG, regions: CONFIG.regions.slice(0, 5) };
  const refused = await run(livingEdge(), 'apply', await fileOf(fewer), '-m', 'x', '--yes');
  expect(refused).toMatchObject({ code: 4, changes: [] });
  expect(refused.err).toContain('regions.oc: removed');
  expect((await run(livingEdge(), 'apply', await fileOf({ regions: 5 }), '-m', 'x', '--yes')).code).toBe(1);
});

test('diff says what a deploy would be needed for, and changes nothing', async () => {
  const fewer = { ...CONFIG, regions: CONFIG.regions.slice(0, 5) };
  const { code, out, changes } = await run(livingEdge(), 'diff', await fileOf(fewer));
  expect({ code, changes }).toEqual({ code: 0, changes: [] });
  expect(out).toContain('- regions.oc: removed');
  expect(out).toContain('Not possible as a live edit: this needs a deploy.');
  expect((await run(livingEdge(), 'diff')).out).toContain(
    'No difference to the live configuration, version 7.',
  );
});

test('drain shows who would move, starts it, and can wait for its end', async () => {
  const answers: Answers = {
    ...livingEdge(),
    'POST /api/regions/weur/drain?base=7': { body: { region: 'weur', state: 'asleep', clients: 0 } },
  };
  const { code, out, changes } = await run(answers, 'drain', 'weur', '--wait', '--yes');
  expect(code).toBe(0);
  expect(out).toContain('~ regions.weur.drain: false -> true');
  expect(out).toContain('weur is empty and has stopped.');
  expect(changes).toMatchObject([{ path: '/api/regions/weur/drain?base=7' }]);
  const forced = await run(
    { ...answers, 'POST /api/regions/weur/drain?base=7&force=true': refusal(409, 'last_region') },
    ...['drain', 'weur', '--yes', '--force'],
  );
  expect(forced).toMatchObject({ code: 1, changes: [{ path: '/api/regions/weur/drain?base=7&force=true' }] });
  expect(await run(answers, 'drain', 'wuer', '--yes')).toMatchObject({ code: 1, changes: [] });
});

test.each(['drain', 'undrain'])(
  '%s is made from the version that was shown, and says what changed since',
  async (operation) => {
    const conflict = refusal(409, 'conflict', {
      current: 8,
      changes: [{ path: 'regions.weur.weight', from: 100, to: 50, kind: 'steers' }],
    });
    const answers = { ...livingEdge(), [`POST /api/regions/weur/${operation}?base=7`]: conflict };
    const { code, err } = await run(answers, operation, 'weur', '--yes');
    expect(code).toBe(3);
    expect(err).toContain('it is now at version 8');
    expect(err).toContain('regions.weur.weight: 100 -> 50');
  },
);

test('rollback shows what would change where the edge keeps the version', async () => {
  const old = { ...CONFIG, routing: { ...CONFIG.routing, bandMs: 5 } };
  const answers: Answers = {
    ...livingEdge(),
    'GET /api/config?version=3': { body: { ...INFO, version: 3, config: old } },
    'POST /api/config/rollback': { body: { ...INFO, version: 8, changes: [] } },
  };
  const { code, out, changes } = await run(answers, 'rollback', '3', '--yes');
  expect(code).toBe(0);
  expect(out).toContain('~ routing.bandMs: 0 -> 5');
  expect(changes).toMatchObject([{ body: { version: 3, base: 7, force: false } }]);
});

test('rollback shows that it ends a drain, and that it begins one', async () => {
  const withDrain = (id: string) => ({
    ...CONFIG,
    regions: CONFIG.regions.map((each) => (each.id === id ? { ...each, drain: true } : each)),
  });
  const answers: Answers = {
    ...livingEdge(withDrain('weur')),
    'GET /api/config?version=3': { body: { ...INFO, version: 3, config: withDrain('oc') } },
    'POST /api/config/rollback': { body: { ...INFO, version: 8, changes: [] } },
  };
  const { code, out } = await run(answers, 'rollback', '3', '--yes');
  expect(code).toBe(0);
  expect(out).toContain('ends the drain of weur: it takes clients again');
  expect(out).toContain('begins to drain oc: its clients go elsewhere');
});

test('wake says how the region is, or why it is not woken and what ends that', async () => {
  const path = 'POST /api/regions/weur/wake';
  const up = { body: { region: 'weur', state: 'up', clients: 0 } };
  expect(await run({ [path]: up }, 'wake', 'weur')).toMatchObject({ code: 0, out: 'weur is up.\n' });
  const refused = await run({ [path]: refusal(409, 'drained') }, 'wake', 'weur');
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('Refused: refused: drained. `regions undrain` ends a drain');
  const asJson = await run({ [path]: refusal(409, 'drained') }, 'wake', 'weur', '--json');
  expect(JSON.parse(asJson.out)).toMatchObject({ error: { code: 'drained', status: 409 } });
});

test('history and audit print what others wrote as one harmless line each', async () => {
  const hostile = 'a\u001b[2Jb\nc';
  const version = { ...INFO, message: hostile, changes: 2 };
  const entry = {
    id: 1,
    time: INFO.time,
    actor: hostile,
    action: 'put',
    outcome: 'refused',
    from: 7,
    to: null,
    address: '203.0.113.7',
    detail: 'PUT /api/config',
    attempts: 3,
  };
  const answers: Answers = {
    'GET /api/config/history?limit=5': { body: { versions: [version], next: 3 } },
    'GET /api/audit': { body: { entries: [entry], next: null } },
  };
  const history = await run(answers, 'history', '--limit', '5');
  expect(history.out).toMatch(/^7 +2026-11-23 14:06:54Z +alice +2 +ab c$/m);
  expect(history.out).toContain('For older ones: --before 3');
  const audit = await run(answers, 'audit');
  expect(audit.out).toMatch(
    /^1 +2026-11-23 14:06:54Z +ab c +put +refused \(3 times\) +7 +203\.0\.113\.7\n {4}PUT \/api\/config$/m,
  );
});

test('a token that is not known exits with 5', async () => {
  expect((await run({ 'GET /api/config': refusal(401, 'unauthorized') }, ...SET, '--yes')).code).toBe(5);
});

test('the version that was deployed has no time', async () => {
  const deployed = { version: 0, author: 'deploy', time: null, message: '', config: CONFIG };
  const { out } = await run({ ...livingEdge(), 'GET /api/config': { body: deployed } }, 'list');
  expect(out).toContain('version 0, as deployed');
});
