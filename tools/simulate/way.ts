// Over which links the model's estimate between two places goes: to see what an estimate rests on. Pure.

import type { Coordinates } from '../../routing/coordinates.ts';
import { accessOf } from '../../routing/latency/access.ts';
import { HUBS } from '../../routing/latency/hubs.ts';
import { compileTarget, rttMs, type Target } from '../../routing/latency/model.ts';
import { MODEL } from '../../routing/latency/prior.ts';

/** Sums of a path's links may differ from its length by rounding. */
const SAME_MS = 1e-6;

/** The hubs and the links between them, such as `NBO -112.4- MRS -14.2- PAR`; `direct` where no hub is between. */
export function wayBetween(from: Coordinates, to: Coordinates): string {
  const access = accessOf(from);
  const target = compileTarget(MODEL, accessOf(to));
  const slope = (MODEL.accessMsPer1000Km.get(access.area) ?? Number.NaN) / 1000;
  const wholeMs = rttMs(MODEL, access, target) - MODEL.endMs;
  const entry = access.hubs.find(({ index, km }) => isSame(km * slope + leftAt(target, index), wholeMs));
  return entry === undefined ? 'direct' : followed(target, entry.index);
}

function followed(target: Target, first: number): string {
  const exits = new Set(target.access.hubs.map(({ index }) => index));
  let way = HUBS[first]?.code ?? '';
  // Each hub is passed once at most.
  for (let hub = first, passed = 0; passed < HUBS.length; passed++) {
    const links = MODEL.backbone[hub] ?? [];
    const next = links.find(
      ({ to, ms }) => isSame(ms + leftAt(target, to), leftAt(target, hub)) && mayPass(to, exits),
    );
    if (next === undefined) break;
    way += ` -${next.ms}- ${HUBS[next.to]?.code}`;
    hub = next.to;
  }
  return way;
}

/** Traffic ends at a stub, but passes through none. */
function mayPass(hub: number, exits: ReadonlySet<number>): boolean {
  return HUBS[hub]?.stub === false || exits.has(hub);
}

function leftAt({ msToHubs }: Target, hub: number): number {
  return msToHubs[hub] ?? Number.POSITIVE_INFINITY;
}

function isSame(a: number, b: number): boolean {
  return Math.abs(a - b) < SAME_MS;
}
