// What only Meridian knows: the regions' states, the mesh, decisions and failovers, backups, JetStream's admission. Pure.

import { MEMBER_STATES, SEEN_STATES, UNREACHABLE } from '../../api/states.ts';
import type { StreamBackupStatus } from '../region/server-figures.ts';
import type { LinkStatus } from '../region/status.ts';
import { type Family, type FamilyType, type Sample, samplesOf } from './exposition.ts';
import type { RegionSnapshot, Snapshot } from './snapshot.ts';

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

const LINK = {
  up: gauge('mesh_link_up', '1 if nats-server has the route'),
  rtt: gauge('mesh_link_rtt_seconds', 'Round trip over the route, as nats-server measures it'),
  bytes: counter('mesh_link_bytes', 'Bytes in both directions since the route was established'),
  remade: counter('mesh_link_remade', 'How often the link was established again'),
};

const BACKUP = {
  messages: gauge('backup_lag_messages', 'Messages of the stream that are not backed up yet'),
  lag: gauge('backup_lag_seconds', 'How old the oldest of them is at most'),
  age: gauge('backup_age_seconds', 'Since the backup was last written'),
  failing: gauge('backup_failing', '1 if the backup cannot be written'),
};

const JETSTREAM = {
  member: gauge('jetstream_member_state', '1 for the state that the JetStream server of the region is in'),
  problem: gauge('jetstream_problem', '1 if JetStream, or some of its streams, serve nobody'),
  lost: gauge('jetstream_lost_streams', 'Streams that no server has any more'),
};

const VERSION = gauge('config_version', 'Number of the current version of the configuration');

/** Of all regions; JetStream's and the backups' only where they are known. */
export function meridianMetrics(snapshot: Snapshot): readonly Sample[] {
  const { version, regions, at } = snapshot;
  return [
    ...samplesOf({}, [[VERSION, version]]),
    ...regions.flatMap((each) => regionMetrics(each, at)),
    ...admissionMetrics(snapshot),
  ];
}

function regionMetrics(snapshot: RegionSnapshot, at: number): readonly Sample[] {
  const { region, drained, metrics } = snapshot;
  const labels = { region };
  const state = metrics?.status.state ?? UNREACHABLE;
  const states = SEEN_STATES.flatMap((each) =>
    samplesOf({ region, state: each }, [[REGION.state, state === each ? 1 : 0]]),
  );
  const known = samplesOf(labels, [
    [REGION.answered, metrics === undefined ? 0 : 1],
    [REGION.drained, drained ? 1 : 0],
  ]);
  if (metrics === undefined) return [...known, ...states];
  const { status, links, backups = [], scaling } = metrics;
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
    ...links.flatMap((link) => linkMetrics(region, link)),
    ...backups.flatMap((backup) => backupMetrics(region, backup, at)),
  ];
}

/** From the side that dials, as `GET /api/mesh` has it. */
function linkMetrics(a: string, { peer: b, state, rttMs, bytes, remade }: LinkStatus): readonly Sample[] {
  return samplesOf({ a, b }, [
    [LINK.up, state === 'up' ? 1 : 0],
    [LINK.rtt, rttMs === undefined ? undefined : rttMs / 1_000],
    [LINK.bytes, bytes],
    [LINK.remade, remade],
  ]);
}

function backupMetrics(
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
