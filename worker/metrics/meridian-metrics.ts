// What only Meridian knows: the regions' states, the mesh, decisions and failovers, backups, JetStream's admission. Pure.

import type { EditFact } from '../../api/forecast-facts.ts';
import type { PlacedAt } from '../../api/regions.ts';
import { MEMBER_STATES, SEEN_STATES, type SeenState, UNREACHABLE } from '../../api/states.ts';
import type { StreamBackupStatus } from '../region/server-figures.ts';
import type { LinkStatus } from '../region/status.ts';
import { type Family, type FamilyType, type Sample, samplesOf } from './exposition.ts';
import type { ExternalSnapshot, RegionSnapshot, Snapshot } from './snapshot.ts';

function family(type: FamilyType, name: string, help: string): Family {
  return { name: `meridian_${name}`, type, help };
}

const gauge = (name: string, help: string) => family('gauge', name, help);
const counter = (name: string, help: string) => family('counter', `${name}_total`, help);

const REGION = {
  answered: gauge('region_answered', "1 if the region's object answered the collector"),
  state: gauge('region_state', '1 for the state that the region is in'),
  since: gauge('region_state_start_time_seconds', 'When the region came to be in its state'),
  clients: gauge('region_clients', "Clients of the region, without Meridian's own connections"),
  maxClients: gauge('region_max_clients', 'How many clients the region takes'),
  needed: gauge('members_needed', 'How many servers the region needs'),
  serving: gauge('members_serving', 'How many servers of the region are up or starting'),
  drained: gauge('region_drained', '1 if the configuration takes the region out of service'),
  age: gauge('region_object_age_seconds', "How long the region's object has been in memory"),
};

const PLACED = {
  info: gauge('region_placed_info', "1, with where the region's container runs as labels"),
  asConfigured: gauge('region_placed_as_configured', '1 if the container runs where its placement allows'),
  distance: gauge(
    'region_placed_distance_meters',
    'From where the container runs to the coordinates of the region',
  ),
};

const EXTERNAL = gauge(
  'external_look_seconds',
  'How long it took to connect to the external region, hear INFO and leave',
);

const LINK = {
  up: gauge('mesh_link_up', '1 if nats-server has the route'),
  rtt: gauge('mesh_link_rtt_seconds', 'Round trip over the route, as nats-server measures it'),
  bytes: counter(
    'mesh_link_bytes',
    'Bytes in both directions since the route was established, before they are compressed',
  ),
  remade: counter('mesh_link_remade', 'How often the link was established again'),
  compressed: gauge('mesh_link_compressed', '1 if the servers compress what they send over the link'),
  overRpc: gauge('mesh_link_over_rpc', '1 if it goes over RPC, since connect() between the objects fails'),
};

const BACKUP = {
  messages: gauge('backup_lag_messages', 'Messages of the stream that are not backed up yet'),
  lag: gauge('backup_lag_seconds', 'How old the oldest of them is at most'),
  age: gauge('backup_age_seconds', 'Since the backup was last written'),
  failing: gauge('backup_failing', '1 if the backup cannot be written'),
};

const FORECAST = {
  share: gauge(
    'forecast_share',
    'Share of the clients that the region was to serve, as forecast for the newest edit',
  ),
  fact: gauge('forecast_fact_share', 'Share of the clients that the region has taken since that edit'),
  moved: gauge('forecast_moved_share', 'Share of the clients that the newest edit was to move'),
  elsewhere: gauge(
    'forecast_elsewhere_share',
    'Share of the clients since the newest edit that another region took than was forecast, at least',
  ),
  connects: gauge('forecast_connects', 'Clients that regions have taken since the newest edit'),
};

const JETSTREAM = {
  member: gauge('jetstream_member_state', '1 for the state that the JetStream server of the region is in'),
  problem: gauge('jetstream_problem', '1 if JetStream, or some of its streams, serve nobody'),
  lost: gauge('jetstream_lost_streams', 'Streams that no server has any more'),
};

const VERSION = gauge('config_version', 'Number of the current version of the configuration');

/** Of all regions; JetStream's only where it is known. Not those of each stream, of which there may be any number. */
export function meridianMetrics(snapshot: Snapshot): readonly Sample[] {
  const { version, regions, external = [] } = snapshot;
  return [
    ...samplesOf({}, [[VERSION, version]]),
    ...regions.flatMap(regionMetrics),
    ...external.flatMap(externalMetrics),
    ...admissionMetrics(snapshot),
    ...forecastMetrics(snapshot.forecast),
  ];
}

function regionMetrics(snapshot: RegionSnapshot): readonly Sample[] {
  const { region, drained, metrics } = snapshot;
  const labels = { region };
  const state = metrics?.status.state ?? UNREACHABLE;
  const states = stateMetrics(region, state);
  const known = samplesOf(labels, [
    [REGION.answered, metrics === undefined ? 0 : 1],
    [REGION.drained, drained ? 1 : 0],
  ]);
  if (metrics === undefined) return [...known, ...states];
  const { status, links, scaling } = metrics;
  return [
    ...known,
    ...states,
    ...samplesOf(labels, [
      [REGION.since, status.since / 1_000],
      [REGION.clients, status.clients],
      [REGION.maxClients, status.maxClients],
      [REGION.age, status.objectAgeMs / 1_000],
      [REGION.needed, scaling?.needed],
      [REGION.serving, scaling?.serving],
    ]),
    ...placementMetrics(region, status.placedAt),
    ...links.flatMap((link) => linkMetrics(region, link)),
  ];
}

/** Of somebody else's servers there is nothing to tell but whether they answer. */
function externalMetrics({ region, drained, state, since, tookMs }: ExternalSnapshot): readonly Sample[] {
  return [
    ...stateMetrics(region, state),
    ...samplesOf({ region }, [
      [REGION.drained, drained ? 1 : 0],
      [REGION.since, since / 1_000],
      [EXTERNAL, tookMs === undefined ? undefined : tookMs / 1_000],
    ]),
  ];
}

function stateMetrics(region: string, state: SeenState): readonly Sample[] {
  return SEEN_STATES.flatMap((each) =>
    samplesOf({ region, state: each }, [[REGION.state, state === each ? 1 : 0]]),
  );
}

/** Only what is known: none of a container that is not told where it runs. */
function placementMetrics(region: string, placed: PlacedAt | undefined): readonly Sample[] {
  if (placed === undefined) return [];
  const { location, region: place, country, asConfigured, kmAway } = placed;
  const isTold = location !== null || place !== null || country !== null;
  const where = { location: location ?? '', placement: place ?? '', country: country ?? '' };
  return [
    ...(isTold ? samplesOf({ region, ...where }, [[PLACED.info, 1]]) : []),
    ...samplesOf({ region }, [
      [PLACED.asConfigured, asConfigured === null ? undefined : asConfigured ? 1 : 0],
      [PLACED.distance, kmAway === null ? undefined : kmAway * 1_000],
    ]),
  ];
}

/** From the side that dials, as `GET /api/mesh` has it. */
function linkMetrics(a: string, link: LinkStatus): readonly Sample[] {
  const { peer: b, state, rttMs, bytes, remade, compression, transport } = link;
  return samplesOf({ a, b }, [
    [LINK.up, state === 'up' ? 1 : 0],
    [LINK.rtt, rttMs === undefined ? undefined : rttMs / 1_000],
    [LINK.bytes, bytes],
    [LINK.remade, remade],
    [LINK.compressed, compression === undefined ? undefined : compression.startsWith('s2_') ? 1 : 0],
    [LINK.overRpc, transport === undefined ? undefined : transport === 'rpc' ? 1 : 0],
  ]);
}

/** Of the backup of each stream, by the key of the stream. */
export function backupMetrics({ regions, at }: Snapshot): ReadonlyMap<string, readonly Sample[]> {
  const all = regions.flatMap(({ region, metrics }) =>
    (metrics?.backups ?? []).map((backup) => ({
      key: streamKey(backup.account, backup.stream),
      samples: samplesOfBackup(region, backup, at),
    })),
  );
  return new Map(
    [...Map.groupBy(all, ({ key }) => key)].map(([key, of]) => [key, of.flatMap(({ samples }) => samples)]),
  );
}

/** @param account its id */
export function streamKey(account: string, stream: string): string {
  return JSON.stringify([account, stream]);
}

function samplesOfBackup(
  region: string,
  { account, stream, lagMessages, lagMs, lastWrittenAt, problem }: StreamBackupStatus,
  at: number,
): readonly Sample[] {
  const age = lastWrittenAt === undefined ? undefined : Math.max(0, at - lastWrittenAt) / 1_000;
  return samplesOf({ account, stream, region }, [
    [BACKUP.messages, lagMessages],
    [BACKUP.lag, lagMs / 1_000],
    [BACKUP.age, age],
    [BACKUP.failing, problem === undefined ? 0 : 1],
  ]);
}

function admissionMetrics({ admission }: Snapshot): readonly Sample[] {
  if (admission === undefined) return [];
  const { members, hasProblem, lostStreams } = admission;
  return [
    ...samplesOf({}, [
      [JETSTREAM.problem, hasProblem ? 1 : 0],
      [JETSTREAM.lost, lostStreams],
    ]),
    ...members.flatMap(({ region, state }) =>
      MEMBER_STATES.flatMap((each) =>
        samplesOf({ region, state: each }, [[JETSTREAM.member, state === each ? 1 : 0]]),
      ),
    ),
  ];
}

/** What came is absent before anybody has. */
function forecastMetrics(edit: EditFact | undefined): readonly Sample[] {
  if (edit === undefined) return [];
  return [
    ...samplesOf({}, [
      [FORECAST.moved, edit.movedShare],
      [FORECAST.connects, edit.connects],
      [FORECAST.elsewhere, edit.elsewhereShare ?? undefined],
    ]),
    ...edit.regions.flatMap(({ region, forecast, fact }) =>
      samplesOf({ region }, [
        [FORECAST.share, forecast],
        [FORECAST.fact, fact ?? undefined],
      ]),
    ),
  ];
}
