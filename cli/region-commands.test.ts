// Commands about single regions and the links between them, against an edge that answers as the API says.

import { expect, test } from 'vitest';
import type { Mesh, MeshLink } from '../api/mesh.ts';
import type { RegionView, RegionViews } from '../api/regions.ts';
import { CONFIG, livingEdge, refusal, regionView } from '../test/support/fake-edge.ts';
import { runRegionsOn } from '../test/support/regions-command.ts';

const edge = livingEdge();

test('route tells the region, how far it is and from where', async () => {
  const answers = { 'GET /api/route?colo=SYD': edge['GET /api/route'] ?? {} };
  const { code, out, err } = await runRegionsOn(answers, ['route', 'syd']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('weur, about 12 ms away');
  expect(out).toMatch(/^1 +weur +12 ms +-$/m);
});

test.each([
  ['DE', 'GET /api/route?country=DE'],
  ['48.9,2.4', 'GET /api/route?lat=48.9&lon=2.4'],
])('route %s asks for that place', async (place, call) => {
  expect((await runRegionsOn({ [call]: edge['GET /api/route'] ?? {} }, ['route', place])).code).toBe(0);
});

test.each(['Sydney', '91,0', 'S'])(
  'route %s is wrong usage, with the forms that there are',
  async (place) => {
    const { code, err, asked } = await runRegionsOn(edge, ['route', place]);
    expect({ code, asked }).toEqual({ code: 2, asked: [] });
    expect(err).toContain('SYD');
  },
);

test('mesh lists the links and counts those that are up', async () => {
  const link: MeshLink = {
    ...{
      a: 'eeur',
      b: 'weur',
      state: 'up',
      since: Date.now() - 300_000,
      rttMs: 21.23,
      bytes: 2048,
      remade: 0,
      compression: 's2_fast',
      plainBecause: null,
      transport: 'rpc',
    },
  };
  const mesh: Mesh = {
    links: [
      link,
      {
        ...link,
        b: 'oc',
        state: 'down',
        since: null,
        rttMs: null,
        bytes: null,
        remade: null,
        transport: null,
        compression: null,
        plainBecause: null,
      },
      { ...link, b: 'enam', compression: 'off', plainBecause: 'nats-enam is old' },
    ],
  };
  const { code, out } = await runRegionsOn({ 'GET /api/mesh': { body: mesh } }, ['mesh']);
  expect(code).toBe(0);
  expect(out).toMatch(/^eeur - weur +up +5 min +21\.2 ms +2\.0 KiB +0 +rpc +s2_fast$/m);
  expect(out).toMatch(/^eeur - oc +down +\? +\? +\? +\? +- +\?$/m);
  expect(out).toContain('2 of 3 links are up.');
  expect(out).toContain('eeur - enam is not compressed: nats-enam is old.');
  expect(out).not.toContain('eeur - weur is not');
});

const STOP = 'POST /api/regions/weur/stop';
const STOPPING = { body: { region: 'weur', state: 'stopping', clients: 3 } };

test('stop says that the region wakes again, and how it stays stopped', async () => {
  const { code, out, asked } = await runRegionsOn({ [STOP]: STOPPING }, ['stop', 'weur', '--yes']);
  expect(code).toBe(0);
  expect(out).toContain('The next client wakes it again');
  expect(out).toContain('regions stop weur --hold');
  expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([STOP]);
});

test('stop --hold drains it first, from the version that was shown', async () => {
  const drain = 'POST /api/regions/weur/drain?base=7';
  const draining = { body: { region: 'weur', state: 'draining', clients: 3 } };
  const answers = { ...edge, [drain]: draining, [STOP]: STOPPING };
  const { code, out, asked } = await runRegionsOn(answers, ['stop', 'weur', '--hold', '--yes']);
  expect(code).toBe(0);
  expect(out).toContain('It stays stopped until `regions undrain weur`.');
  expect(asked.map(({ method, path }) => `${method} ${path}`).slice(-2)).toEqual([drain, STOP]);

  const refused = await runRegionsOn({ ...answers, [drain]: refusal(409, 'last_region') }, [
    ...['stop', 'weur', '--hold', '--yes'],
  ]);
  expect(refused.code).toBe(1);
  expect(refused.asked.map(({ path }) => path)).not.toContain('/api/regions/weur/stop');
});

test('without a terminal and without --yes nothing is stopped', async () => {
  const { code, asked } = await runRegionsOn({ [STOP]: STOPPING }, ['stop', 'weur']);
  expect({ code, asked }).toEqual({ code: 2, asked: [] });
});

test.each<[string, Partial<RegionView>, object, string]>([
  ['disabled', { state: 'asleep', enabled: false }, { enabled: false }, 'regions set weur.enabled=true'],
  [
    'drained',
    { state: 'asleep', problem: 'it is drained' },
    { drain: true },
    '\nweur is drained: `regions undrain weur` ends that.',
  ],
  ['held by a drain that is no longer configured', { state: 'asleep' }, {}, 'if not, `regions undrain weur`'],
  [
    'down',
    { state: 'down', problem: 'nats-server does not answer' },
    {},
    'weur: nats-server does not answer.',
  ],
])(
  'list says of a region that is %s what holds it down and what ends that',
  async (_what, view, fields, words) => {
    const config = {
      ...CONFIG,
      regions: CONFIG.regions.map((each) => (each.id === 'weur' ? { ...each, ...fields } : each)),
    };
    const views: RegionViews = { version: 7, regions: [regionView({ id: 'weur', ...view })] };
    const { code, out } = await runRegionsOn({ ...livingEdge(config), 'GET /api/regions': { body: views } }, [
      'list',
    ]);
    expect(code).toBe(0);
    expect(out).toContain(words);
    for (const line of out.split('\n').slice(0, 2)) expect(line.length).toBeLessThanOrEqual(80);
  },
);
