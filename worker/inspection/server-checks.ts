// The checks of `nats audit` that look at one server at a time, or compare servers, with its codes and its thresholds:
// https://github.com/nats-io/jsm.go, `audit/`, November 2026. Pure.

import type { Finding } from '../../api/inspection.ts';
import { type Check, fail, type Inspected, percent, plural, unknown, warn } from './check.ts';
import { figureIn, ofEachServer, type SeenServer, serversOf, silentServers } from './servers.ts';

/** Of all cores, percent. */
const MAX_CPU_PERCENT = 90;

/** Of what JetStream may use. */
const MAX_USED = 0.9;

/** Times the mean of all servers. */
const MEMORY_OUTLIER = 1.5;

/** A server that has just started differs from others by tens of MiB: so much more it must be. Not in `nats audit`. */
const MEMORY_OUTLIER_BYTES = 64 * 1024 * 1024;

const MAX_HA_ASSETS = 1_000;

/** A lame duck says that it is not healthy, since it has closed its port for clients. */
const LEAVING = new Set(['draining', 'stopping']);

const MIB = 1024 * 1024;

const AGAIN = 'look again; if it stays so, at its CPU';

export const SERVER_CHECKS: readonly Check[] = [
  {
    code: 'SERVER_001',
    name: 'servers are healthy',
    find: ofEachServer(({ region, state, server: { health, healthProblem } }) => {
      if (LEAVING.has(state) || health === 'ok') return [];
      if (health === undefined)
        return [unknown(region, 'its server did not say whether it is healthy', AGAIN)];
      const what = `its server is not healthy: ${healthProblem ?? health}`;
      return [fail(region, what, "look at the Worker's log, then `restart` it")];
    }),
  },
  { code: 'SERVER_002', name: 'servers run the same version', find: versions },
  {
    code: 'SERVER_003',
    name: `servers use at most ${MAX_CPU_PERCENT}% of their CPU`,
    find: ofEachServer(({ region, server: { varz } }) => {
      const [cpu = 0, cores = 1] = [figureIn(varz, 'cpu'), figureIn(varz, 'cores')];
      const used = cpu / Math.max(1, cores);
      return used > MAX_CPU_PERCENT
        ? [
            fail(
              region,
              `its server uses ${Math.round(used)}% of its CPU`,
              'a larger `instanceType`, or a lower `dial`',
            ),
          ]
        : [];
    }),
  },
  {
    code: 'SERVER_004',
    name: 'no server has cut off slow consumers',
    find: ofEachServer(({ region, server: { varz } }) => {
      const slow = figureIn(varz, 'slow_consumers') ?? 0;
      const what = `its server has cut off ${plural(slow, 'slow consumer')} since it started`;
      return slow > 0
        ? [warn(region, what, '`nats server report connections --sort pending` names who is next')]
        : [];
    }),
  },
  {
    code: 'SERVER_005',
    name: `JetStream uses at most ${percent(MAX_USED)} of its memory and its disk`,
    find: ofEachServer(storage),
  },
  {
    code: 'SERVER_007',
    name: 'servers require credentials',
    find: ofEachServer(({ region, server: { varz } }) =>
      varz.auth_required === true
        ? []
        : [
            warn(
              region,
              'its server takes clients without credentials',
              'set NATS_TOKEN or one of its like, and `restart` it; a stack on one machine has none',
            ),
          ],
    ),
  },
  { code: 'CLUSTER_001', name: 'servers use about the same memory', find: memory },
  {
    code: 'CLUSTER_003',
    name: `servers have at most ${MAX_HA_ASSETS} replicated streams and consumers`,
    find: ofEachServer(({ region, server: { varz } }) => {
      const assets = figureIn(varz, 'jetstream', 'stats', 'ha_assets') ?? 0;
      const what = `its server has ${assets} replicated streams and consumers`;
      return assets > MAX_HA_ASSETS
        ? [warn(region, what, 'fewer replicas, or fewer and larger streams')]
        : [];
    }),
  },
  {
    code: 'LEAF_001',
    name: 'names of leaf nodes have no spaces',
    find: ofEachServer(({ region, server: { leafs, varz } }) => {
      if (leafs === undefined && (figureIn(varz, 'leafnodes') ?? 0) > 0)
        return [unknown(region, 'its server did not list its leaf nodes', AGAIN)];
      return (leafs ?? [])
        .filter(({ name }) => /\s/.test(name))
        .map(({ name }) =>
          fail(region, `a leaf node is called ${JSON.stringify(name)}`, 'give it another server_name'),
        );
    }),
  },
];

function versions(inspected: Inspected): readonly Finding[] {
  const byVersion = Map.groupBy(serversOf(inspected), ({ server: { varz } }) => String(varz.version));
  const found = [...byVersion].map(
    ([version, servers]) => `${version} (${servers.map(({ region }) => region).join(', ')})`,
  );
  const differs =
    byVersion.size > 1
      ? [fail(null, `servers run different versions: ${found.join(', ')}`, '`npm run regions -- restart`')]
      : [];
  return [...differs, ...silentServers(inspected)];
}

function storage({ region, server: { varz } }: SeenServer): readonly Finding[] {
  return (
    [
      ['memory', 'max_memory'],
      ['storage', 'max_storage'],
    ] as const
  ).flatMap(([used, most]) => {
    const [now = 0, limit = 0] = [
      figureIn(varz, 'jetstream', 'stats', used),
      figureIn(varz, 'jetstream', 'config', most),
    ];
    if (limit <= 0 || now <= limit * MAX_USED) return [];
    const what = `JetStream uses ${percent(now / limit)} of its ${used === 'memory' ? 'memory' : 'disk'}`;
    return [
      warn(region, what, '`max_bytes` or `max_age` for the largest streams, or a larger `instanceType`'),
    ];
  });
}

function memory(inspected: Inspected): readonly Finding[] {
  const used = serversOf(inspected).flatMap(({ region, server: { varz } }) => {
    const bytes = figureIn(varz, 'mem');
    return bytes === undefined ? [] : [{ region, bytes }];
  });
  const mean = used.reduce((all, { bytes }) => all + bytes, 0) / Math.max(1, used.length);
  const outliers = used.filter(
    ({ bytes }) => bytes > mean * MEMORY_OUTLIER && bytes > mean + MEMORY_OUTLIER_BYTES,
  );
  return [
    ...outliers.map(({ region, bytes }) =>
      warn(
        region,
        `its server uses ${Math.round(bytes / MIB)} MiB, and ${Math.round(mean / MIB)} MiB is the mean`,
        'look at its clients and streams: `nats server report connections`, `nats stream report`',
      ),
    ),
    ...silentServers(inspected),
  ];
}
