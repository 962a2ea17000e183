// Checks of what the servers say of themselves: connections that they ended, regions, links, JetStream, lag. What does not
// answer is unknown, and never taken as good. Pure.

import type { RolloutCheck } from '../../../api/rollouts.ts';
import { isSilent } from '../../../api/stream-source.ts';
import { isExternal, ownRegions } from '../../../regions/config.ts';
import type { RegionSnapshot, Snapshot } from '../../metrics/snapshot.ts';
import type { Figures } from '../../region/server-figures.ts';
import {
  type Ended,
  type Evidence,
  fail,
  NO_COLLECTOR,
  pass,
  unknown,
  type Verdict,
  waiting,
} from './verdict.ts';

type Check<K extends RolloutCheck['check']> = Extract<RolloutCheck, { check: K }>;

/** A region that sleeps is woken by the next client. */
const SERVING: ReadonlySet<string> = new Set(['up', 'asleep']);

/** Two by chance are no sign, however few clients there are. */
const FEWEST_ENDED = 3;

/** Connections that each server has ended as too slow or dead. A region that does not answer is absent. */
export function endedIn({ regions }: Snapshot): Ended {
  return Object.fromEntries(
    regions.flatMap(({ region, metrics }) => {
      const varz = metrics?.server?.varz;
      if (varz === undefined) return [];
      return [
        [
          region,
          {
            ended: countOf(varz, 'slow_consumers') + countOf(varz, 'stale_connections'),
            clients: metrics?.status.clients ?? 0,
          },
        ],
      ];
    }),
  );
}

function countOf(varz: Figures, name: string): number {
  const value = varz[name];
  return typeof value === 'number' ? value : 0;
}

export function disconnects(
  { regions, maxPerThousand }: Check<'disconnects'>,
  { snapshot, endedBefore, changed, config }: Evidence,
): Verdict {
  if (snapshot === undefined) return NO_COLLECTOR;
  if (endedBefore === undefined) return waiting('nothing to compare with yet');
  const watched = regions ?? changed;
  const silent = snapshot.regions.filter(({ region, metrics }) => watched.includes(region) && !metrics);
  const now = endedIn(snapshot);
  const known = watched.filter((id) => now[id] !== undefined && endedBefore[id] !== undefined);
  // A region without a server, as one that sleeps, has ended nothing; whether it serves is the check `regions`.
  const figures = known.map((id) => {
    const [before, after] = [endedBefore[id]?.ended ?? 0, now[id]?.ended ?? 0];
    return { id, ended: after < before ? after : after - before, clients: now[id]?.clients ?? 0 };
  });
  const ended = figures.reduce((all, each) => all + each.ended, 0);
  const clients = figures.reduce((all, each) => all + each.clients, 0);
  const most = (maxPerThousand * clients) / 1_000;
  const theirs = watched.filter((id) => config.regions.some((each) => each.id === id && isExternal(each)));
  const untold = theirs.length === 0 ? '' : `; what servers of ${theirs.join(', ')} end is not known here`;
  const words = `${ended} connections of ${clients} were ended as too slow or dead${untold}`;
  if (ended < FEWEST_ENDED || ended <= most)
    return silent.length === 0
      ? pass(words)
      : unknown(`${silent.map(({ region }) => region).join(', ')} does not answer`);
  const worst = figures.reduce((one, other) => (other.ended > one.ended ? other : one));
  return fail(`${words}, most of them at ${worst.id}`);
}

export function regionsServe(
  { regions }: Check<'regions'>,
  { snapshot, changed, config }: Evidence,
): Verdict {
  if (snapshot === undefined) return NO_COLLECTOR;
  const watched = regions ?? changed;
  const inService = watched.filter((id) =>
    config.regions.some((each) => each.id === id && each.enabled && !each.drain),
  );
  const silent: string[] = [];
  const failing: string[] = [];
  for (const id of inService) {
    const state = stateOf(snapshot, id);
    if (state === undefined) silent.push(id);
    else if (!SERVING.has(state)) failing.push(`${id} is ${state}`);
  }
  if (failing.length > 0) return fail(failing.join(', '));
  if (silent.length > 0) return unknown(`${silent.join(', ')} does not answer`);
  return pass(inService.length === 0 ? 'no region is watched' : `${inService.join(', ')} serve`);
}

/** Of a region of ours, or of somebody else's; undefined if it does not say. */
function stateOf({ regions, external = [] }: Snapshot, id: string): string | undefined {
  const own = regions.find(({ region }) => region === id)?.metrics?.status.state;
  return own ?? external.find(({ region }) => region === id)?.state;
}

export function mesh({ snapshot }: Pick<Evidence, 'snapshot'>): Verdict {
  if (snapshot === undefined) return NO_COLLECTOR;
  const up = snapshot.regions.filter(isUp);
  const silent = snapshot.regions.filter(({ metrics }) => metrics === undefined).map(({ region }) => region);
  const ids = new Set(up.map(({ region }) => region));
  const links = up.flatMap(({ region, metrics }) =>
    (metrics?.links ?? [])
      .filter(({ peer }) => ids.has(peer))
      .map(({ peer, state }) => ({ name: `${region} - ${peer}`, state })),
  );
  const broken = links.filter(({ state }) => state !== 'up');
  if (broken.length > 0) return fail(broken.map(({ name, state }) => `${name} is ${state}`).join(', '));
  if (silent.length > 0) return unknown(`${silent.join(', ')} does not answer`);
  return pass(`${links.length} links are up`);
}

function isUp({ metrics }: RegionSnapshot): boolean {
  return metrics?.status.state === 'up';
}

export function jetStream({ snapshot, config }: Pick<Evidence, 'snapshot' | 'config'>): Verdict {
  if (!ownRegions(config).some(({ jetstream }) => jetstream)) return pass('no region has JetStream');
  if (snapshot === undefined) return NO_COLLECTOR;
  const { admission } = snapshot;
  if (admission === undefined) return unknown('the Keeper does not answer');
  if (admission.lostStreams > 0) return fail(`${admission.lostStreams} streams are lost`);
  // One that is out of service has no disk, as whoever took it out knew.
  const inService = ownRegions(config).filter(
    ({ jetstream, enabled, drain }) => jetstream && enabled && !drain,
  );
  const ids = new Set(inService.map(({ id }) => id));
  const behind = admission.members
    .filter(({ region, state }) => ids.has(region) && state !== 'full')
    .map(({ region }) => region);
  if (behind.length > 0) return fail(`${behind.join(', ')} does not hold everything`);
  if (admission.hasProblem) return fail('some streams serve nobody');
  return pass(`${admission.members.length} servers hold everything`);
}

/** A stream falls behind when it lacks so many more than at the look before. */
const FALLS_BEHIND = 100;

export function lag(
  { stream, max }: Check<'lag'>,
  { snapshot, lagsBefore, isBegun }: Pick<Evidence, 'snapshot' | 'lagsBefore' | 'isBegun'>,
): Verdict {
  if (snapshot === undefined) return NO_COLLECTOR;
  const { isThere, sources } = sourcesOf(snapshot, stream);
  if (!isThere) return unknown(`no server says anything of a stream ${stream}`);
  if (sources.length === 0) return fail(`the stream ${stream} neither mirrors nor sources another one`);
  const silent = sources.filter(({ activeNs }) => isSilent(activeNs));
  if (silent.length > 0)
    return unknown(`${stream} has not heard of ${silent.map(({ name }) => name).join(', ')} for a while`);
  const most = mostOf(sources);
  const words = `${stream} lacks ${most} messages (allowed ${max})`;
  if (most <= max) return pass(words);
  const before = lagsBefore[stream];
  const falls = isBegun && before !== undefined && most - before >= FALLS_BEHIND;
  return falls ? fail(`${words}, and ${before} at the look before`) : waiting(words);
}

/** What the streams that checks name lack. One of which nothing is known is absent. */
export function lagsIn(
  snapshot: Snapshot,
  checks: readonly RolloutCheck[],
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    checks.flatMap((check) => {
      if (check.check !== 'lag') return [];
      const { sources } = sourcesOf(snapshot, check.stream);
      return sources.length === 0 ? [] : [[check.stream, mostOf(sources)]];
    }),
  );
}

function sourcesOf({ regions }: Snapshot, stream: string) {
  const streams = regions.flatMap(({ metrics }) => metrics?.server?.jetstream?.streams ?? []);
  const found = streams.filter((each) => each.stream === stream && each.isLeader);
  const sources = found.flatMap(({ mirror, sources: all }) =>
    mirror === undefined ? all : [mirror, ...all],
  );
  return { isThere: found.length > 0, sources };
}

function mostOf(sources: readonly { readonly lag: number }[]): number {
  return Math.max(...sources.map((each) => each.lag));
}
