// What only Meridian knows of its cluster: regions, links, drains, JetStream's admission, backups, metrics. Pure.

import type { Finding } from '../../api/inspection.ts';
import type { RegionState } from '../../api/states.ts';
import { ownRegions } from '../../regions/config.ts';
import type { RegionSnapshot } from '../metrics/snapshot.ts';
import type { LinkStatus } from '../region/status.ts';
import { type Check, fail, type Inspected, percent, plural, unknown, warn } from './check.ts';
import { WITHOUT_SERVER } from './servers.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** One start in twenty of a container took 24 s in a published benchmark, and the cron trigger comes once a minute. */
const MAX_START_MS = 2 * MINUTE_MS;

/** Cloudflare ends a container this long after it told it to stop. */
const MAX_STOP_MS = 15 * MINUTE_MS;

/** Of the clients that a region takes, as the alert has it. */
const NEARLY_FULL = 0.9;

/**
 * The platform ends what an object holds open after 15 minutes at the latest, which is four times in an hour: three times
 * that has another reason. Fewer than so many say nothing yet.
 */
const MAX_REMADE_PER_HOUR = 12;
const MIN_REMADE = 6;

/** As the alert has it. */
const MAX_BACKUP_LAG_MS = 5 * MINUTE_MS;

const STATUS = '`npm run regions -- list` says why';

export const CLUSTER_CHECKS: readonly Check[] = [
  { code: 'MERIDIAN_001', name: 'regions run that should', find: ofEachRegion(running) },
  {
    code: 'MERIDIAN_002',
    name: `regions have at most ${percent(NEARLY_FULL)} of the clients that they take`,
    find: ofEachRegion(({ region, status: { clients, maxClients } }) => {
      if (clients === undefined) return [unknown(region, 'how many clients it has is not known', STATUS)];
      if (maxClients === undefined || clients <= maxClients * NEARLY_FULL) return [];
      const what = `it has ${clients} clients of at most ${maxClients}`;
      return [warn(region, what, 'raise `limits.maxConnections`, or lower its `dial`')];
    }),
  },
  { code: 'MERIDIAN_003', name: 'every two regions that are up are linked', find: mesh },
  {
    code: 'MERIDIAN_004',
    name: 'links last',
    find: ofEachRegion(({ region, status: { objectAgeMs }, links }) =>
      links.flatMap(({ peer, remade }) => {
        const perHour = (remade / Math.max(objectAgeMs, MINUTE_MS)) * HOUR_MS;
        if (remade < MIN_REMADE || perHour <= MAX_REMADE_PER_HOUR) return [];
        const what = `its link to ${peer} was made anew ${remade} times in ${minutes(objectAgeMs)}`;
        return [
          warn(
            region,
            what,
            "the Worker's log says how it ends; a `restart` of one of the two makes it anew",
          ),
        ];
      }),
    ),
  },
  { code: 'MERIDIAN_005', name: 'drains end', find: ofEachRegion(drain) },
  { code: 'MERIDIAN_006', name: 'JetStream serves', find: admission },
  {
    code: 'MERIDIAN_007',
    name: `backups are at most ${minutes(MAX_BACKUP_LAG_MS)} behind`,
    find: ofEachRegion(({ region, status: { state }, backups }) => {
      if (backups === undefined)
        return WITHOUT_SERVER.has(state) ? [] : [unknown(region, 'its server did not answer', STATUS)];
      return backups.flatMap(({ stream, lagMs, lagMessages, problem }) => {
        const name = `the backup of ${JSON.stringify(stream)}`;
        if (problem !== undefined)
          return [fail(region, `${name} cannot be written: ${problem}`, '`npm run regions -- backup list`')];
        if (lagMs <= MAX_BACKUP_LAG_MS) return [];
        const what = `${name} lacks ${plural(lagMessages, 'message')}, the oldest for ${minutes(lagMs)}`;
        return [fail(region, what, '`npm run regions -- backup list` says why')];
      });
    }),
  },
  {
    code: 'MERIDIAN_012',
    name: 'links are compressed as is asked',
    find: ofEachRegion(({ region, links }) =>
      links.flatMap(({ peer, plainBecause }) =>
        plainBecause === undefined
          ? []
          : [
              warn(
                region,
                `its link to ${peer} is not compressed: ${plainBecause}`,
                'docs/mesh.md, "What is linked without"',
              ),
            ],
      ),
    ),
  },
  { code: 'MERIDIAN_008', name: 'metrics arrive where they are pushed to', find: sinks },
];

interface SeenRegion extends NonNullable<RegionSnapshot['metrics']> {
  readonly region: string;
  readonly inspected: Inspected;
}

/** Of a region that does not answer nothing is known. */
function ofEachRegion(
  find: (region: SeenRegion) => readonly Finding[],
): (inspected: Inspected) => readonly Finding[] {
  return (inspected) =>
    inspected.snapshot.regions.flatMap(({ region, metrics }) =>
      metrics === undefined ? [silent(region)] : find({ ...metrics, region, inspected }),
    );
}

function silent(region: string): Finding {
  return unknown(region, 'its object did not answer', 'look at `npm run regions -- list`');
}

function running({ region, status, inspected: { config, snapshot } }: SeenRegion): readonly Finding[] {
  const { state, since, problem } = status;
  const forMs = snapshot.at - since;
  const { keepAwake = false, drain: isDrained = false } =
    ownRegions(config).find(({ id }) => id === region) ?? {};
  const why = problem === undefined ? '' : `: ${problem}`;
  const what = `it is ${state} for ${minutes(forMs)}${why}`;
  const late: Partial<Record<RegionState, number>> = {
    down: 0,
    waiting: MAX_START_MS,
    starting: MAX_START_MS,
    stopping: MAX_STOP_MS,
    ...(keepAwake && !isDrained && { asleep: MAX_START_MS }),
  };
  const most = late[state];
  if (most === undefined || forMs < most) return [];
  return [fail(region, what, state === 'waiting' ? '`npm run regions -- jetstream` says for what' : STATUS)];
}

/** From whichever side dials it. A link that is missing for as long as regions take to notice is being made. */
function mesh({ config, snapshot }: Inspected): readonly Finding[] {
  const { at, regions } = snapshot;
  const up = regions.filter(({ metrics }) => metrics?.status.state === 'up');
  const silentOnes = regions.filter(({ metrics }) => metrics === undefined);
  const graceMs = 2 * config.mesh.reconcileSeconds * SECOND_MS;
  const missing = up.flatMap((one, index) =>
    up.slice(index + 1).flatMap((other) => {
      const link = linkOf(one, other) ?? linkOf(other, one);
      if (link?.state === 'up') return [];
      const newest = Math.max(sinceOf(one), sinceOf(other), link?.since ?? 0);
      const pair = `it and ${other.region} are both up and not linked`;
      if (at - newest < graceMs) return [warn(one.region, `${pair} yet`, 'look again in a minute')];
      return [
        fail(
          one.region,
          `${pair}: messages between them are lost`,
          '`npm run regions -- mesh`; `restart` one of the two',
        ),
      ];
    }),
  );
  return [...missing, ...silentOnes.map(({ region }) => silent(region))];
}

function linkOf({ metrics }: RegionSnapshot, { region }: RegionSnapshot): LinkStatus | undefined {
  return metrics?.links.find(({ peer }) => peer === region);
}

function sinceOf({ metrics }: RegionSnapshot): number {
  return metrics?.status.since ?? 0;
}

/** A drain waits, then lets clients go one after the other; a minute is for the last of them and for the stop. */
function drain({ region, status, inspected: { config, snapshot } }: SeenRegion): readonly Finding[] {
  const { state, since, clients } = status;
  const forMs = snapshot.at - since;
  const { graceSeconds, durationSeconds } = config.lameDuck;
  const dueMs = (config.routing.drainSettleSeconds + graceSeconds + durationSeconds) * SECOND_MS + MINUTE_MS;
  if (state !== 'draining' || forMs <= dueMs) return [];
  const left = clients === undefined ? 'an unknown number of clients' : plural(clients, 'client');
  const what = `it drains for ${minutes(forMs)}, and still has ${left}`;
  return [
    fail(
      region,
      what,
      `\`npm run regions -- stop ${region}\` ends them, \`undrain ${region}\` takes it back`,
    ),
  ];
}

function admission({ snapshot }: Inspected): readonly Finding[] {
  const members = snapshot.regions.filter(({ jetstream }) => jetstream);
  if (members.length === 0) return [];
  const { admission: known } = snapshot;
  if (known === undefined)
    return [
      unknown(null, 'the Keeper, which admits JetStream servers, did not answer', "look at the Worker's log"),
    ];
  const { hasProblem, lostStreams } = known;
  const fix = '`npm run regions -- jetstream` says what it waits for';
  return [
    ...(lostStreams > 0 ? [fail(null, `no server has ${plural(lostStreams, 'stream')} any more`, fix)] : []),
    ...(hasProblem && lostStreams === 0
      ? [fail(null, 'JetStream, or some of its streams, serve nobody', fix)]
      : []),
    ...known.members
      .filter(({ state }) => state !== 'full')
      .map(({ region, state }) => warn(region, `its JetStream server is ${state}`, fix)),
  ];
}

/** Since the collector was last reset. */
function sinks({ config, snapshot: { sinks: known = [] } }: Inspected): readonly Finding[] {
  if (config.export.length === 0) return [];
  return known.flatMap(({ url, dropped, queued, lastSentAt }) => {
    const lost = Object.entries(dropped).filter(([, samples]) => samples > 0);
    const fix = 'docs/observability.md, "Metrics do not reach a sink"';
    if (lost.length > 0) {
      const reasons = lost.map(([reason, samples]) => `${samples} ${reason}`).join(', ');
      return [warn(null, `${url} did not get all samples: ${reasons}`, fix)];
    }
    return queued > 0 && lastSentAt === undefined
      ? [warn(null, `${url} has not taken any of the ${queued} samples that wait`, fix)]
      : [];
  });
}

function minutes(ms: number): string {
  return ms < 2 * MINUTE_MS ? `${Math.round(ms / SECOND_MS)} s` : `${Math.round(ms / MINUTE_MS)} min`;
}
