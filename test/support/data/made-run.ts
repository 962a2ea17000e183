// The samples of a made-up run of a script that sends by a schedule: each pair's messages are due at a fixed rate, and
// arrive unless their time is one in which the pair or the whole edge is cut.

import type { Written } from './sample-file.ts';

export interface Cut {
  readonly fromMs: number;
  readonly toMs: number;
  /** `weur` to `oc`; absent for all. */
  readonly from?: string;
  readonly to?: string;
}

export interface MadeRun {
  readonly pairs: readonly (readonly [from: string, to: string])[];
  readonly seconds: number;
  readonly everyMs: number;
  readonly cuts?: readonly Cut[];
  /** Of what is due, this part of as many: a segment. */
  readonly segment?: readonly [index: number, of: number];
}

/** In the order of time, as k6 writes them. */
export function madeRun({
  pairs,
  seconds,
  everyMs,
  cuts = [],
  segment = [0, 1],
}: MadeRun): readonly Written[] {
  const [index, of] = segment;
  const samples = pairs.flatMap(([from, to], pair) => {
    const count = Math.floor((seconds * 1000) / everyMs);
    return Array.from({ length: count }, (_, n) => n)
      .filter((n) => n % of === index)
      .flatMap((n) => {
        const at = n * everyMs;
        const isCut = cuts.some(
          (cut) => at >= cut.fromMs && at < cut.toMs && (cut.from ?? from) === from && (cut.to ?? to) === to,
        );
        return messageOf({ from, to, at, isCut, ms: 5 + ((n * 7 + pair * 3) % 40) });
      });
  });
  return [...samples, ...cuts.flatMap((cut) => gapsOf(cut, pairs))].toSorted((a, b) => a.at - b.at);
}

interface Message {
  readonly from: string;
  readonly to: string;
  readonly at: number;
  readonly isCut: boolean;
  readonly ms: number;
}

function messageOf({ from, to, at, isCut, ms }: Message): readonly Written[] {
  const sent = [
    { metric: 'nats_due', at, value: 1, tags: { region: from, kind: 'message' } },
    { metric: 'nats_published', at, value: 1, tags: { region: from } },
  ];
  if (isCut) return sent;
  const tags = { region: to, peer: from };
  return [
    ...sent,
    { metric: 'nats_delivered', at: at + ms, value: 1, tags: { region: to } },
    { metric: 'nats_delivery', at: at + ms, value: ms, tags },
    { metric: 'nats_delivery_service', at: at + ms, value: ms - 1, tags },
  ];
}

function gapsOf({ fromMs, toMs, from, to }: Cut, pairs: MadeRun['pairs']): readonly Written[] {
  return pairs
    .filter(([a, b]) => (from ?? a) === a && (to ?? b) === b)
    .map(([a, b]) => ({
      metric: 'nats_gap',
      at: toMs,
      value: toMs - fromMs,
      tags: { region: b, peer: a },
    }));
}
