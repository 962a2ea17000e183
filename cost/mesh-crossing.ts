// What crosses between servers in a month, by region: messages to subscribers at other servers, those that are stored on their
// way to their stream's leader and on to its replicas, and the leader's acknowledgements. Pure.

import type { Assumptions } from './assumptions.ts';
import { getsAnyway, meshCopies, type Places } from './mesh-copies.ts';
import type { Traffic } from './traffic.ts';

/** Servers that keep a stream which the cost is computed for. */
const REPLICAS = 3;

/** Messages of a month. */
export interface Crossing {
  readonly sent: number;
  readonly got: number;
  /** Of those that it sent: to other servers of its own. */
  readonly sentInside: number;
  /** Acknowledgements of what was stored, which go the other way. */
  readonly sentAcks: number;
  readonly gotAcks: number;
}

export const NO_CROSSING: Crossing = { sent: 0, got: 0, sentInside: 0, sentAcks: 0, gotAcks: 0 };

export interface Published {
  /** Messages of a month, of all clients. */
  readonly messages: number;
  readonly traffic: Pick<Traffic, 'fanOut' | 'storedShare'>;
  readonly places: Places;
  /** Regions whose own server has JetStream. */
  readonly jetstream: readonly string[];
}

/** By region. */
export function crossings(
  { messages, traffic, places, jetstream }: Published,
  { subscribersAre }: Pick<Assumptions, 'subscribersAre'>,
): ReadonlyMap<string, Crossing> {
  const sums = new Map<string, Crossing>();
  const add = (id: string, field: keyof Crossing, count: number) => {
    const before = sums.get(id) ?? NO_CROSSING;
    sums.set(id, { ...before, [field]: before[field] + count });
  };
  const subscribers = { fanOut: traffic.fanOut, subscribersAre };
  const send = (from: string, to: string, count: number) => {
    add(from, 'sent', count);
    add(to, 'got', count);
    if (from === to) add(from, 'sentInside', count);
  };
  for (const [from, { share }] of places) {
    const published = messages * share;
    for (const [to, copies] of meshCopies(from, places, subscribers)) send(from, to, published * copies);
    const stored = published * traffic.storedShare;
    if (stored === 0) continue;
    for (const [leader, part] of leadersFor(from, jetstream, places, subscribersAre)) {
      // Where a subscriber is, it goes anyway, and once.
      send(from, leader, stored * part * (1 - getsAnyway(from, leader, places, subscribers)));
      add(leader, 'sentAcks', stored * part);
      add(from, 'gotAcks', stored * part);
    }
    for (const id of jetstream) {
      const replicated = (stored * Math.min(REPLICAS - 1, jetstream.length - 1)) / jetstream.length;
      add(id, 'sent', replicated);
      add(id, 'got', replicated);
    }
  }
  return sums;
}

/** Of the messages that are stored: how many have their leader at another server, by its region. */
function leadersFor(
  from: string,
  jetstream: readonly string[],
  places: Places,
  subscribersAre: Assumptions['subscribersAre'],
): readonly (readonly [string, number])[] {
  if (subscribersAre === 'near') return [];
  if (subscribersAre === 'apart') {
    const others = jetstream.filter((id) => id !== from);
    return others.map((id) => [id, 1 / others.length]);
  }
  // The region's own server is one of its servers, and a publisher may be at it.
  const isElsewhere = (id: string) => (id === from ? 1 - 1 / Math.max(1, places.get(id)?.servers ?? 1) : 1);
  return jetstream
    .map((id) => [id, isElsewhere(id) / jetstream.length] as const)
    .filter(([, part]) => part > 0);
}
