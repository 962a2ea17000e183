import { expect, test } from 'vitest';
import type { MeridianConfig, RegionConfig } from '../../regions/config.ts';
import { hostsOf } from '../../regions/hints.ts';
import { configOf, type OwnConfig } from '../../test/support/data/checked-in.ts';
import { AT, stream } from '../../test/support/data/sample-snapshot.ts';
import type { RegionSnapshot, Snapshot } from '../metrics/snapshot.ts';
import type { JetStreamFigures, StreamFigures } from '../region/jetstream-figures.ts';
import { placedAt } from '../region/placement.ts';
import type { RegionMetrics, ServerMetrics } from '../region/server-figures.ts';
import { CHECKS, inspect, MAX_FINDINGS } from './inspect.ts';

const REGIONS = ['wnam', 'enam', 'weur'] as const;
const PLACES = { wnam: 'sjc01 wnam us', enam: 'iad02 enam us', weur: 'ams07 weur nl' };
type Id = (typeof REGIONS)[number];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

type Metrics = RegionMetrics & { readonly server: ServerMetrics & { readonly jetstream: JetStreamFigures } };

function tagsAt(place: string): string[] {
  const [location, region, country] = place.split(' ');
  return [`location:${location}`, `cloudflare-region:${region}`, `country:${country}`];
}

/** A region of three that all are as they should be. */
function healthy(id: Id): Metrics {
  const region = configOf(REGIONS).regions.find((each) => each.id === id) as RegionConfig;
  return {
    status: {
      region: id,
      state: 'up',
      since: AT - HOUR,
      clients: 100,
      maxClients: 1_000,
      objectAgeMs: HOUR,
      placedAt: placedAt(tagsAt(PLACES[id]), region),
    },
    // The one whose id sorts first dials.
    links: REGIONS.filter((peer) => id < peer).map((peer) => ({
      ...{ peer, state: 'up', since: AT - HOUR, remade: 1, remoteServerId: undefined, rttMs: 80, bytes: 9 },
    })),
    backups: [{ account: '$G', stream: 'ORDERS', lagMessages: 0, lagMs: 0, lastWrittenAt: AT }],
    server: {
      answeredInMs: 3,
      health: 'ok',
      leafs: [],
      varz: {
        ...{ server_name: `nats-${id}`, version: '2.15.1', cpu: 12, cores: 2, mem: 20_000_000 },
        ...{ slow_consumers: 0, auth_required: true },
        jetstream: {
          config: { max_memory: 1_000, max_storage: 1_000 },
          stats: { memory: 0, storage: 20, ha_assets: 3 },
          ...(id === 'weur' && {
            meta: { replicas: [{ name: 'nats-enam' }, { name: 'nats-wnam', offline: false }] },
          }),
        },
      },
      jetstream: {
        ...{ isDisabled: false, domain: '', cluster: 'meridian', metaLeader: 'nats-weur' },
        ...{ isMetaLeader: id === 'weur', maxMemory: 1, maxStorage: 2, totalStreams: 1, streamLeaders: 1 },
        ...{ totalConsumers: 0, consumerLeaders: 0, messages: 2, bytes: 20, accounts: [] },
        streams: [replicaOf(id)],
        leftOut: { streams: 0, consumers: 0 },
      },
    },
  };
}

function replicaOf(id: Id, more: Partial<StreamFigures> = {}): StreamFigures {
  return { ...stream('ORDERS'), isLeader: id === 'weur', lastSeq: 1_000, ...more };
}

type Changes = Partial<Record<Id, (metrics: Metrics) => unknown>>;

function inspected(changes: Changes = {}, more: Partial<Snapshot> = {}, config = configOf(REGIONS)) {
  const regions = REGIONS.map((region): RegionSnapshot => {
    const metrics = changes[region] === undefined ? healthy(region) : changes[region](healthy(region));
    return {
      ...{ region, jetstream: true, drained: false, askedAt: AT },
      ...(metrics !== undefined && { metrics: metrics as RegionMetrics }),
    };
  });
  const members = REGIONS.map((region) => ({ region, state: 'full' as const }));
  const admission = { members, hasProblem: false, lostStreams: 0 };
  const surveys = { count: 1, seconds: 1 };
  const rest = { at: AT, cluster: 'meridian', version: 7, regions, surveys, admission };
  return inspect({ config, snapshot: { ...rest, ...more } });
}

const foundBy = (code: string, ...given: Parameters<typeof inspected>) =>
  inspected(...given).checks.find((check) => check.code === code)?.findings ?? [];

/** Codes of the checks that do not pass. */
const notPassed = (...given: Parameters<typeof inspected>) =>
  inspected(...given)
    .checks.filter(({ outcome }) => outcome !== 'pass')
    .map(({ code, outcome }) => `${code} ${outcome}`);

const withStatus = (status: object) => (metrics: Metrics) => ({
  ...metrics,
  status: { ...metrics.status, ...status },
});
const withServer = (server: object) => (metrics: Metrics) => ({
  ...metrics,
  server: { ...metrics.server, ...server },
});
const withVarz = (varz: object) => (metrics: Metrics) =>
  withServer({ varz: { ...metrics.server.varz, ...varz } })(metrics);
const withJetStream = (jetstream: object) => (metrics: Metrics) =>
  withServer({ jetstream: { ...metrics.server.jetstream, ...jetstream } })(metrics);
const withStream = (id: Id, more: Partial<StreamFigures>) =>
  withJetStream({ streams: [replicaOf(id, more)] });
const withLink = (link: object) => (metrics: Metrics) => ({
  ...metrics,
  links: metrics.links.map((each) => (each.peer === 'wnam' ? { ...each, ...link } : each)),
});
const runsAt = (id: Id, place: string) =>
  withStatus({
    placedAt: placedAt(
      tagsAt(place),
      configOf(REGIONS).regions.find((each) => each.id === id) as RegionConfig,
    ),
  });

function changed(change: (config: OwnConfig) => OwnConfig): OwnConfig {
  return change(configOf(REGIONS));
}

test('a cluster that is as it should be passes every check', () => {
  expect(notPassed()).toEqual([]);
  expect(inspected()).toMatchObject({ at: AT, version: 7 });
});

test('codes are unique, and every check says what should be so', () => {
  expect(new Set(CHECKS.map(({ code }) => code)).size).toBe(CHECKS.length);
  for (const { code, name } of CHECKS)
    expect([code, name]).toEqual([
      expect.stringMatching(/^[A-Z]+_\d{3}$/),
      expect.stringMatching(/^\S.*\S$/),
    ]);
});

test.each<[string, string, Changes, string, string | null]>([
  [
    'SERVER_001',
    'fail',
    { enam: withServer({ health: 'unavailable', healthProblem: 'no quorum' }) },
    'not healthy: no quorum',
    'enam',
  ],
  ['SERVER_002', 'fail', { enam: withVarz({ version: '2.15.0' }) }, '2.15.0 (enam)', null],
  ['SERVER_003', 'fail', { enam: withVarz({ cpu: 181 }) }, '91%', 'enam'],
  ['SERVER_004', 'warn', { enam: withVarz({ slow_consumers: 1 }) }, '1 slow consumer since', 'enam'],
  [
    'SERVER_005',
    'warn',
    { enam: withVarz({ jetstream: { config: { max_storage: 1_000 }, stats: { storage: 901 } } }) },
    '90% of its disk',
    'enam',
  ],
  ['SERVER_007', 'warn', { enam: withVarz({ auth_required: undefined }) }, 'without credentials', 'enam'],
  ['CLUSTER_001', 'warn', { enam: withVarz({ mem: 200_000_000 }) }, '191 MiB, and 76 MiB', 'enam'],
  [
    'CLUSTER_003',
    'warn',
    { enam: withVarz({ jetstream: { stats: { ha_assets: 1_001 } } }) },
    '1001 replicated',
    'enam',
  ],
  ['LEAF_001', 'fail', { enam: withServer({ leafs: [{ name: 'a b' }] }) }, '"a b"', 'enam'],
  [
    'META_001',
    'fail',
    { weur: withVarz({ jetstream: { meta: { replicas: [{ name: 'nats-enam', offline: true }] } } }) },
    'says weur',
    'enam',
  ],
  ['META_002', 'fail', { enam: withJetStream({ metaLeader: '' }) }, 'no leader', 'enam'],
  ['META_002', 'fail', { enam: withJetStream({ metaLeader: 'nats-enam' }) }, 'nats-enam (say enam)', null],
  ['JETSTREAM_001', 'fail', { enam: withStream('enam', { lastSeq: 899 }) }, 'is at 899, and 1000', 'enam'],
  [
    'JETSTREAM_002',
    'warn',
    { weur: withStream('weur', { subjects: 1_000_001 }) },
    '1000001 subjects',
    'weur',
  ],
  [
    'JETSTREAM_003',
    'warn',
    { weur: withStream('weur', { bytes: 91, maxBytes: 100 }) },
    '91% of the bytes',
    'weur',
  ],
  [
    'JETSTREAM_003',
    'warn',
    { weur: withStream('weur', { consumerCount: 10, maxConsumers: 10 }) },
    '100% of the consumers',
    'weur',
  ],
  [
    'MERIDIAN_001',
    'fail',
    { enam: withStatus({ state: 'down', problem: 'exited' }) },
    'down for 60 min: exited',
    'enam',
  ],
  ['MERIDIAN_001', 'fail', { enam: withStatus({ state: 'waiting' }) }, 'waiting for 60 min', 'enam'],
  ['MERIDIAN_001', 'fail', { enam: withStatus({ state: 'asleep' }) }, 'asleep for 60 min', 'enam'],
  ['MERIDIAN_002', 'warn', { enam: withStatus({ clients: 901 }) }, '901 clients of at most 1000', 'enam'],
  [
    'MERIDIAN_003',
    'fail',
    { enam: withLink({ state: 'down' }) },
    'it and enam are both up and not linked: messages',
    'wnam',
  ],
  [
    'MERIDIAN_003',
    'fail',
    { enam: (metrics) => ({ ...metrics, links: [] }) },
    'messages between them are lost',
    'wnam',
  ],
  [
    'MERIDIAN_003',
    'warn',
    { enam: withLink({ state: 'connecting', since: AT - 1_000 }) },
    'not linked yet',
    'wnam',
  ],
  [
    'MERIDIAN_004',
    'warn',
    { enam: withLink({ remade: 13 }) },
    'wnam was made anew 13 times in 60 min',
    'enam',
  ],
  [
    'MERIDIAN_012',
    'warn',
    {
      enam: withLink({
        compression: 'off',
        plainBecause: 'it failed with compression 3 times: no S2 stream',
      }),
    },
    'its link to wnam is not compressed: it failed with compression 3 times: no S2 stream',
    'enam',
  ],
  [
    'MERIDIAN_005',
    'fail',
    { enam: withStatus({ state: 'draining' }) },
    'drains for 60 min, and still has 100 clients',
    'enam',
  ],
  [
    'MERIDIAN_007',
    'fail',
    {
      enam: (metrics) => ({
        ...metrics,
        backups: [{ account: '$G', stream: 'a\n"b"', lagMessages: 1, lagMs: 301_000 }],
      }),
    },
    'the backup of "a\\n\\"b\\"" lacks 1 message, the oldest for 5 min',
    'enam',
  ],
  [
    'MERIDIAN_007',
    'fail',
    {
      enam: (metrics) => ({
        ...metrics,
        backups: [{ account: '$G', stream: 'A', lagMessages: 0, lagMs: 0, problem: 'no bucket' }],
      }),
    },
    'cannot be written: no bucket',
    'enam',
  ],
  [
    'MERIDIAN_009',
    'fail',
    { weur: runsAt('weur', 'iad02 enam us') },
    'runs in IAD02, ENAM, US, and may only run in WEUR',
    'weur',
  ],
  ['MERIDIAN_009', 'warn', { weur: runsAt('weur', 'iad02 weur us') }, 'km from those of enam', 'weur'],
])('%s: %s, with what and where: %#', (code, outcome, changes, what, region) => {
  const [worst] = foundBy(code, changes);
  expect(worst).toMatchObject({ outcome, region });
  expect(worst?.what).toContain(what);
  expect(worst?.fix).not.toBe('');
});

test.each<[string, Changes, Partial<Snapshot>?]>([
  ['a CPU at the threshold', { enam: withVarz({ cpu: 180 }) }],
  [
    'a disk at the threshold',
    { enam: withVarz({ jetstream: { config: { max_storage: 1_000 }, stats: { storage: 900 } } }) },
  ],
  ['a replica at the threshold', { enam: withStream('enam', { lastSeq: 900 }) }],
  ['a stream without limits', { weur: withStream('weur', { bytes: 1e9, maxBytes: -1, maxConsumers: -1 }) }],
  ['a server that differs by little', { enam: withVarz({ mem: 60_000_000 }) }],
  [
    'a lame duck, which is not healthy',
    {
      enam: (metrics) =>
        withStatus({ state: 'draining', since: AT })(
          withServer({ health: 'unavailable' })(metrics) as Metrics,
        ),
    },
  ],
  [
    'a region that has just begun to start',
    {
      enam: (metrics) => ({ status: { ...metrics.status, state: 'starting', since: AT - 1_000 }, links: [] }),
    },
  ],
  ['links that are compressed', { enam: withLink({ compression: 's2_fast' }) }],
  ['links that were made anew as the platform ends what is open', { enam: withLink({ remade: 4 }) }],
  [
    'a few that were, of a young object',
    { enam: (metrics) => withStatus({ objectAgeMs: MINUTE })(withLink({ remade: 5 })(metrics) as Metrics) },
  ],
])('no check objects to %s', (_what, changes, more) => {
  expect(notPassed(changes, more)).toEqual([]);
});

test('a region that does not answer is unknown, and nothing is said of it but that', () => {
  const { checks } = inspected({ enam: () => undefined });
  const findings = checks.flatMap((check) => check.findings);
  expect(new Set(findings.map(({ outcome, region }) => `${outcome} ${region}`))).toEqual(
    new Set(['unknown enam']),
  );
  const asked = checks.filter(({ outcome }) => outcome === 'unknown').map(({ code }) => code);
  expect(asked).toEqual(
    expect.arrayContaining(['MERIDIAN_001', 'MERIDIAN_003', 'SERVER_001', 'JETSTREAM_001']),
  );
});

test('a server that does not answer is unknown, unless none should run', () => {
  const silent = (state: string) => (metrics: Metrics) => ({
    ...{ links: metrics.links, status: { ...metrics.status, state, since: AT, clients: undefined } },
  });
  expect(notPassed({ enam: silent('up') })).toEqual(
    expect.arrayContaining(['SERVER_001 unknown', 'MERIDIAN_002 unknown']),
  );
  const asleep = changed((config) => ({
    ...config,
    regions: config.regions.map((each) => ({ ...each, keepAwake: false })),
  }));
  const sleeping = (metrics: Metrics) => ({
    links: [],
    status: { ...metrics.status, state: 'asleep', clients: 0 },
  });
  expect(notPassed({ enam: sleeping }, {}, asleep)).toEqual([]);
});

test('what a server that answers does not say is unknown', () => {
  expect(notPassed({ enam: withServer({ health: undefined }) })).toEqual(['SERVER_001 unknown']);
  const silent = (metrics: Metrics) =>
    withServer({ leafs: undefined })(withVarz({ leafnodes: 1 })(metrics) as Metrics);
  expect(notPassed({ enam: silent })).toEqual(['LEAF_001 unknown']);
  expect(notPassed({ enam: withServer({ leafs: undefined }) })).toEqual([]);
});

test('streams that are not read are unknown', () => {
  expect(notPassed({ enam: withJetStream({ leftOut: { streams: 3, consumers: 0 } }) })).toEqual(
    expect.arrayContaining(['JETSTREAM_001 unknown', 'JETSTREAM_003 unknown']),
  );
  expect(notPassed({ enam: withServer({ jetstream: undefined }) })).toContain('META_002 unknown');
});

test('what JetStream waits for and has lost is told; of a Keeper that is silent nothing is known', () => {
  const members = [{ region: 'enam', state: 'joining' as const }];
  const admission = { members, hasProblem: true, lostStreams: 2 };
  expect(foundBy('MERIDIAN_006', {}, { admission }).map(({ outcome, what }) => [outcome, what])).toEqual([
    ['fail', 'no server has 2 streams any more'],
    ['warn', 'its JetStream server is joining'],
  ]);
  const silent = inspect({ config: configOf(REGIONS), snapshot: withoutKeeper() }).checks;
  expect(silent.filter(({ outcome }) => outcome !== 'pass')).toMatchObject([
    { code: 'MERIDIAN_006', outcome: 'unknown' },
  ]);
});

function withoutKeeper(): Snapshot {
  const regions = REGIONS.map((region) => ({
    ...{ region, jetstream: true, drained: false, askedAt: AT, metrics: healthy(region) },
  }));
  return { at: AT, cluster: 'meridian', version: 7, regions, surveys: { count: 1, seconds: 1 } };
}

test('a sink that does not get all is told, with the reasons', () => {
  const none = { full: 0, refused: 0, redirected: 0, 'no-secret': 0, rejected: 0 };
  const url = 'https://sink.example/';
  const sinks = [
    { type: 'json', url, sent: 3, queued: 0, dropped: { ...none, refused: 8 }, retries: 0 },
  ] as const;
  const exporting = changed((config) => ({
    ...config,
    export: [{ type: 'json', url, every: '30s' }] as unknown as MeridianConfig['export'],
  }));
  expect(foundBy('MERIDIAN_008', {}, { sinks }, exporting)).toMatchObject([
    { outcome: 'warn', region: null, what: `${url} did not get all samples: 8 refused` },
  ]);
});

test('a container anywhere where its placement lets it run is not called far', () => {
  for (const { id, hint } of configOf(REGIONS).regions)
    for (const host of hostsOf(hint)) {
      const place = `${host.toLowerCase()}01 ${id} us`;
      expect([host, foundBy('MERIDIAN_009', { [id]: runsAt(id as Id, place) })]).toEqual([host, []]);
    }
});

test('a container that is not told where it runs is unknown', () => {
  expect(foundBy('MERIDIAN_009', { weur: runsAt('weur', 'loc01 regn xx') })).toMatchObject([
    { outcome: 'unknown', region: 'weur' },
  ]);
});

test.each([
  [{ allow: ['EU'] }, 'nl', []],
  [{ allow: ['EU'] }, 'us', [['fail', 'it runs in US, and serves only clients from EU']]],
  [{ deny: ['US'] }, 'us', [['fail', 'it runs in US, and serves no clients from US']]],
  [
    { allow: ['EU'] },
    'xx',
    [['unknown', 'it has rules of residency, and in which country it runs is not known']],
  ],
  [
    { allow: ['EU'] },
    'unknown',
    [['unknown', 'it has rules of residency, and in which country it runs is not known']],
  ],
])('a region that serves by the rule %j and runs in %s', (residency, country, found) => {
  const config = configOf(REGIONS, { weur: { residency } });
  const changes = { weur: runsAt('weur', `ams07 weur ${country}`) };
  expect(foundBy('MERIDIAN_010', changes, {}, config).map(({ outcome, what }) => [outcome, what])).toEqual(
    found,
  );
});

test('a round trip that is far longer than expected is told, the worst one by name', () => {
  const visits = (paths: NonNullable<Snapshot['visits']>['paths']) => ({
    visits: { totals: [], places: [], paths },
  });
  const path = (colo: string, seconds: number) => ({ colo, region: 'weur', seconds });
  expect(
    foundBy('MERIDIAN_011', {}, visits([path('CDG', 0.02), path('AMS', 0.045), path('???', 9)])),
  ).toEqual([]);
  const [finding] = foundBy('MERIDIAN_011', {}, visits([path('CDG', 0.2), path('AMS', 0.3)]));
  expect(finding).toMatchObject({ outcome: 'warn', region: 'weur' });
  expect(finding?.what).toMatch(/^from 2 data centers .*most from AMS: 300 ms, not \d+ ms$/);
});

test('a thousand streams with the same flaw are not a thousand findings', () => {
  const streams = Array.from({ length: 1_000 }, (_, index) =>
    replicaOf('weur', { stream: `S${index}`, messages: 100, maxMessages: 100 }),
  );
  const check = inspected({ weur: withJetStream({ streams }) }).checks.find(
    ({ code }) => code === 'JETSTREAM_003',
  );
  expect(check?.findings).toHaveLength(MAX_FINDINGS);
  expect(check?.leftOut).toBe(1_000 - MAX_FINDINGS);
});

test('backups of which a server that runs does not tell are unknown', () => {
  const silent: Changes = { enam: ({ backups: _backups, ...metrics }) => metrics };
  expect(notPassed(silent)).toContain('MERIDIAN_007 unknown');
});
