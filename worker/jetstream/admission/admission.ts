// Which JetStream server may start with its empty disk. A container's disk is empty at every start, and Raft counts a
// server's vote by its name: two empty servers outvote the one that still holds everything. So they start one at a
// time, the next only when the one before holds everything, unless only all of them together get any further; and
// where nothing holds anything, they do not start in silence. Pure: the Keeper feeds in what it sees and is asked, and carries out what follows.

import { instanceNameOf } from '../../../regions/names.ts';
import { type Holdings, missingIn } from './holdings.ts';
import { lossText, namesOf } from './loss.ts';
import type { AdmissionRecord, KnownStream, Member, Sighting } from './record.ts';

/** Whether a server may start; if not, why. */
export type StartAnswer = { readonly mayStart: true } | { readonly mayStart: false; readonly why: string };

/** A server that was allowed to start and of which this long later nothing runs has to ask again. */
export const START_WITHIN_MS = 15_000;

/** How many servers make a majority. */
export function quorumOf(servers: number): number {
  return Math.floor(servers / 2) + 1;
}

/**
 * What follows from having looked at all regions.
 *
 * @param regions all that take part in JetStream
 * @param earlier what was seen shortly before: what one held then is what the others must hold by now
 */
export function afterLook(
  record: AdmissionRecord,
  sightings: ReadonlyMap<string, Sighting>,
  regions: readonly string[],
  now: number,
  earlier: ReadonlyMap<string, Sighting> = sightings,
): AdmissionRecord {
  const stopped = withoutStopped(record, sightings, now);
  const after = stopped.isFormed
    ? withHeirs(withFull(stopped, sightings, now), sightings, now)
    : withFormed(stopped, sightings, regions, now, earlier);
  return after.isFormed && after.loss === undefined ? withStreams(after, sightings) : after;
}

function withoutStopped(
  record: AdmissionRecord,
  sightings: ReadonlyMap<string, Sighting>,
  now: number,
): AdmissionRecord {
  const changes = Object.entries(record.members).flatMap(([region, member]): [string, Member][] => {
    if (sightings.get(region) !== 'stopped' || member.state === 'empty') return [];
    // It may not have heard yet that it may start.
    if (member.state === 'joining' && now - member.since < START_WITHIN_MS) return [];
    return [[region, { state: 'empty', since: now }]];
  });
  return withMembers(record, changes);
}

/** The first leader was elected: whoever agrees with all others holds everything. */
function withFormed(
  record: AdmissionRecord,
  sightings: ReadonlyMap<string, Sighting>,
  regions: readonly string[],
  now: number,
  earlier: ReadonlyMap<string, Sighting>,
): AdmissionRecord {
  const running = runningIn(sightings);
  const full = running.filter(([region, holdings]) => {
    const others = runningIn(earlier).filter(([other]) => other !== region);
    return (
      missingIn(
        holdings,
        others.map(([, each]) => each),
      ) === undefined
    );
  });
  if (full.length < quorumOf(regions.length)) return record;
  const isFull = new Set(full.map(([region]) => region));
  const members = running.map(([region]): [string, Member] => [
    region,
    { state: isFull.has(region) ? 'full' : 'joining', since: now },
  ]);
  const { loss, ...rest } = withMembers({ ...record, isFormed: true }, members);
  if (loss === undefined) return rest;
  return { ...rest, loss: { ...loss, phase: 'restoring' } };
}

function withFull(
  record: AdmissionRecord,
  sightings: ReadonlyMap<string, Sighting>,
  now: number,
): AdmissionRecord {
  const running = runningIn(sightings);
  const holders = running
    .filter(([region]) => record.members[region]?.state === 'full')
    .map(([, each]) => each);
  const changes = running.flatMap(([region, holdings]): [string, Member][] => {
    const before = record.members[region];
    if (before?.state === 'full') return [];
    const lacks =
      holders.length === 0 ? 'no server that holds everything answers' : missingIn(holdings, holders);
    if (lacks === undefined) return [[region, { state: 'full', since: now }]];
    const since = before?.state === 'joining' ? before.since : now;
    return [[region, { state: 'joining', since, lacks }]];
  });
  return withMembers(record, changes);
}

/**
 * The last that held everything is gone. One that was joining has it all the same, if it has every stream up to where it
 * was last seen: then nothing is lost, or as little as can be.
 */
function withHeirs(
  record: AdmissionRecord,
  sightings: ReadonlyMap<string, Sighting>,
  now: number,
): AdmissionRecord {
  const { loss, streams, members } = record;
  if (loss !== undefined && loss.phase !== 'deciding' && loss.phase !== 'waiting') return record;
  if (Object.values(members).some(({ state }) => state === 'full')) return record;
  const heirs = runningIn(sightings).filter(
    ([, holdings]) => streams.length > 0 && hasAll(holdings, streams),
  );
  if (heirs.length === 0) return record;
  const changes = heirs.map(([region]): [string, Member] => [region, { state: 'full', since: now }]);
  const { loss: _loss, ...rest } = withMembers(record, changes);
  return rest;
}

function hasAll({ streams }: Holdings, wanted: readonly KnownStream[]): boolean {
  return wanted.every(({ account, stream, created, lastSeq }) =>
    streams.some(
      (held) =>
        held.account === account &&
        held.stream === stream &&
        held.created === created &&
        held.lastSeq >= lastSeq,
    ),
  );
}

/** A stream is forgotten once servers that should have it say that they do not. */
function withStreams(record: AdmissionRecord, sightings: ReadonlyMap<string, Sighting>): AdmissionRecord {
  const holders = runningIn(sightings)
    .filter(([region, { hasLeader }]) => hasLeader && record.members[region]?.state === 'full')
    .map(([, holdings]) => holdings);
  if (holders.length === 0) return record;
  const seen = new Map<string, KnownStream>();
  for (const held of holders.flatMap(({ streams }) => streams)) {
    const { account, stream, created, servers, messages, lastSeq } = held;
    const key = JSON.stringify([account, stream]);
    const before = seen.get(key);
    if (before === undefined || before.lastSeq < lastSeq) {
      seen.set(key, { account, stream, created, messages, lastSeq, servers });
    }
  }
  const answered = new Set(holders.map(({ server }) => server));
  const unseen = record.streams.filter(
    ({ account, stream, servers }) =>
      !seen.has(JSON.stringify([account, stream])) && !servers.some((server) => answered.has(server)),
  );
  return { ...record, streams: [...seen.values(), ...unseen] };
}

/** A region asks to start its server. That it asks shows that none runs: whatever its disk held is gone. */
export function askToStart(
  record: AdmissionRecord,
  region: string,
  regions: readonly string[],
  now: number,
): { readonly record: AdmissionRecord; readonly answer: StartAnswer } {
  const own = record.members[region];
  const isRepeated = own?.state === 'joining';
  const emptied = isRepeated
    ? record
    : withMembers(record, [[region, { state: 'empty', since: sinceOf(own, now) }]]);
  const lost = withOrphans(withLoss(emptied, now));
  const { loss } = lost;
  const admit = () => {
    const admitted = withMembers(lost, [[region, { state: 'joining', since: now }]]);
    return { record: admitted, answer: { mayStart: true } as const };
  };
  const refuse = (why: string) => ({ record: lost, answer: { mayStart: false, why } as const });
  if (loss?.phase === 'deciding') return refuse('no server is left that holds the streams');
  if (loss?.phase === 'waiting') return refuse(lossText(loss));
  if (!lost.isFormed || isRepeated) return admit();
  const server = instanceNameOf(region);
  if (hasMajority(lost, regions) && (lost.orphans ?? []).some(({ servers }) => servers.includes(server))) {
    return refuse(orphansText(lost));
  }
  const joining = Object.entries(lost.members).find(([, { state }]) => state === 'joining');
  if (joining !== undefined && !isStuck(lost, regions)) {
    const [first, { lacks }] = joining;
    return refuse(`${first} must hold everything first${lacks === undefined ? '' : `: ${lacks}`}`);
  }
  return admit();
}

/**
 * Streams of which no server is left that holds them, though others are. Where a majority is there, they are restored
 * before the server starts again: otherwise it would make them anew, empty, under the same name, and clients would fill
 * them from message 1.
 */
function withOrphans(record: AdmissionRecord): AdmissionRecord {
  const { isFormed, loss, members, streams, orphans = [] } = record;
  if (!isFormed || loss !== undefined) return record;
  const isGone = (server: string) =>
    Object.entries(members).every(([id, { state }]) => instanceNameOf(id) !== server || state !== 'full');
  // Also those that were empty when they were last seen: messages may have come since, and sequences must go on.
  const orphaned = streams.filter(({ servers }) => servers.every(isGone));
  if (orphaned.length === 0) return record;
  return {
    ...record,
    streams: streams.filter((each) => !orphaned.includes(each)),
    orphans: [...orphans, ...orphaned],
  };
}

/** An orphan is back, or given up. */
export function withoutOrphan(
  { orphans = [], ...record }: AdmissionRecord,
  { account, stream }: KnownStream,
): AdmissionRecord {
  const left = orphans.filter((each) => each.account !== account || each.stream !== stream);
  return left.length === 0 ? record : { ...record, orphans: left };
}

/**
 * Whether a server may have a stream that none held any more, since it has made it anew: one says that it has, or one of those
 * that it was on runs again and does not say yet what it has.
 */
export function mayBeHeld(
  { members }: Pick<AdmissionRecord, 'members'>,
  { account, stream, servers }: KnownStream,
  sightings: ReadonlyMap<string, Sighting>,
): boolean {
  return Object.entries(members).some(([region, { state }]) => {
    const sighting = sightings.get(region);
    const isSeen = typeof sighting === 'object';
    if (isSeen && sighting.streams.some((each) => each.account === account && each.stream === stream))
      return true;
    return servers.includes(instanceNameOf(region)) && state !== 'empty' && !(isSeen && state === 'full');
  });
}

export function orphansText({ orphans = [] }: AdmissionRecord): string {
  return `streams that no other server holds are being restored: ${namesOf(orphans)}`;
}

/** Whether enough servers hold everything for JetStream to work. */
function hasMajority({ members }: Pick<AdmissionRecord, 'members'>, regions: readonly string[]): boolean {
  return regions.filter((id) => members[id]?.state === 'full').length >= quorumOf(regions.length);
}

function sinceOf(member: Member | undefined, now: number): number {
  return member?.state === 'empty' ? member.since : now;
}

/**
 * Where fewer than a majority hold everything, those that join may get no further: nats-server 2.15 does not count the
 * vote of a server that has nothing, unless all servers vote (raft.go, runAsCandidate). Then all must start. Two that
 * hold a stream anew do count each other's votes, though, and would elect one of themselves over the one that has all of
 * it: so they are not linked with each other (`whyNotLink`), and can only vote for that one.
 */
function isStuck({ members, streams }: AdmissionRecord, regions: readonly string[]): boolean {
  const isFull = (region: string) => members[region]?.state === 'full';
  if (!hasMajority({ members }, regions)) return true;
  const full = new Set(regions.filter(isFull).map(instanceNameOf));
  return streams.some(({ servers }) => {
    const holders = servers.filter((server) => full.has(server)).length;
    return holders > 0 && holders < quorumOf(servers.length);
  });
}

/**
 * Why two regions' servers must not be linked now; undefined if they may be.
 *
 * @param regions all that take part in JetStream: what its clients ask reaches it from all others
 */
export function whyNotLink(
  { isFormed, members, loss }: AdmissionRecord,
  one: string,
  other: string,
  regions: readonly string[],
): string | undefined {
  if (loss !== undefined && regions.includes(one) !== regions.includes(other)) {
    return 'JetStream streams are being restored: a client that made one of them would be in the way';
  }
  const isJoining = (region: string) => members[region]?.state === 'joining';
  if (!isFormed || !isJoining(one) || !isJoining(other)) return undefined;
  return `neither ${one} nor ${other} holds all JetStream streams yet, and together they could outvote the one that does`;
}

/** Whether a server may take no clients yet: streams are being restored, or it is not linked with all others. */
export function isHeld(record: AdmissionRecord, region: string, regions: readonly string[]): boolean {
  const isApart = (other: string) =>
    other !== region && whyNotLink(record, region, other, regions) !== undefined;
  const own = instanceNameOf(region);
  const isOrphaned = (record.orphans ?? []).some(({ servers }) => servers.includes(own));
  return record.loss !== undefined || isOrphaned || Object.keys(record.members).some(isApart);
}

/** Whether what was once stored is held by no server any more. */
function withLoss(record: AdmissionRecord, now: number): AdmissionRecord {
  const { isFormed, loss, members, streams, orphans = [] } = record;
  const isKept = Object.values(members).some(({ state }) => state === 'full');
  if (!isFormed || isKept || loss?.phase === 'waiting') return record;
  // What was being restored is lost again with the servers: the backup still has it.
  return {
    ...record,
    orphans: [],
    loss: {
      since: loss?.since ?? now,
      phase: 'deciding',
      streams: loss?.streams ?? [...streams, ...orphans],
    },
  };
}

/** Servers that are ended hold nothing any more. Of one that still runs, the next look finds what it holds. */
export function afterEnd(record: AdmissionRecord, regions: readonly string[], now: number): AdmissionRecord {
  return withMembers(
    record,
    regions.map((region) => [region, { state: 'empty', since: now }] as const),
  );
}

/** Why a region's server must not be ended now; undefined if it may be. @param answering regions that answered now */
export function whyNotEnd(
  { isFormed, members }: AdmissionRecord,
  region: string,
  answering: ReadonlySet<string>,
): string | undefined {
  if (!isFormed || members[region]?.state !== 'full') return undefined;
  if (answering.has(region)) return 'it answers again';
  const others = Object.entries(members).filter(
    ([id, { state }]) => id !== region && state === 'full' && answering.has(id),
  );
  return others.length > 0 ? undefined : 'no other server that answers holds the streams';
}

/** Streams with messages that no other servers hold than those of these regions. */
export function heldOnlyBy(
  { streams }: Pick<AdmissionRecord, 'streams'>,
  regions: readonly string[],
): readonly KnownStream[] {
  const names = new Set(regions.map(instanceNameOf));
  return streams.filter(({ messages, servers }) => messages > 0 && servers.every((each) => names.has(each)));
}

/**
 * Why a region must not be taken out of service now; undefined if it may be.
 *
 * @param unsaved why what only it holds would not come back from a backup; undefined if it would, or there is nothing
 */
export function whyNotLeave(
  { isFormed, members, loss }: AdmissionRecord,
  leaving: readonly string[],
  regions: readonly string[],
  answering: ReadonlySet<string>,
  unsaved: string | undefined,
): string | undefined {
  if (loss !== undefined) return 'streams are being restored, or are lost';
  if (!isFormed) return undefined;
  if (unsaved !== undefined) return unsaved;
  const others = regions.filter((id) => !leaving.includes(id));
  const behind = others.filter((id) => members[id]?.state !== 'full' || !answering.has(id));
  if (behind.length > 0) {
    const reasons = behind.map(
      (id) => `${id} (${members[id]?.lacks ?? members[id]?.state ?? 'not seen yet'})`,
    );
    return `not every other JetStream server holds everything: ${reasons.join(', ')}`;
  }
  if (leaving.length > 1) return `${leaving.join(' and ')} would leave at once: one after the other`;
  return undefined;
}

function runningIn(sightings: ReadonlyMap<string, Sighting>): readonly [string, Holdings][] {
  return [...sightings].flatMap(([region, sighting]): [string, Holdings][] =>
    typeof sighting === 'object' ? [[region, sighting]] : [],
  );
}

function withMembers(
  record: AdmissionRecord,
  changes: readonly (readonly [string, Member])[],
): AdmissionRecord {
  return changes.length === 0
    ? record
    : { ...record, members: { ...record.members, ...Object.fromEntries(changes) } };
}
