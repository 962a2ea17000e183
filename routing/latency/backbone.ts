// The backbone as a graph: hubs, the links between them, and the RTT from a place to every hub over the best path.
// Pure. A path may begin or end at a stub but not pass through it (see hubs.ts), so it is the same in both directions.

import { HUBS } from './hubs.ts';

/** Position in HUBS by code. */
const INDEX_OF: ReadonlyMap<string, number> = new Map(HUBS.map(({ code }, index) => [code, index]));

/** A link between the hubs at two positions of HUBS. */
export interface Link {
  readonly a: number;
  readonly b: number;
  readonly ms: number;
}

/** The links of each hub, by its position in HUBS. */
export type Backbone = readonly (readonly { readonly to: number; readonly ms: number }[])[];

/** Where traffic enters the backbone, and after how long. */
export interface Start {
  readonly index: number;
  readonly ms: number;
}

/** Reads `A-B` into the positions of two hubs. Throws when one isn't in HUBS. */
export function parseLink(text: string): { readonly a: number; readonly b: number } {
  const [a, b] = text.split('-').map((code) => INDEX_OF.get(code));
  if (a === undefined || b === undefined) throw new Error(`link ${text}: hubs.ts doesn't have both ends`);
  return { a, b };
}

export function buildBackbone(links: readonly Link[]): Backbone {
  const backbone: { to: number; ms: number }[][] = HUBS.map(() => []);
  for (const { a, b, ms } of links) {
    backbone[a]?.push({ to: b, ms });
    backbone[b]?.push({ to: a, ms });
  }
  return backbone;
}

/** RTT in ms to each hub from a place that enters at `starts` (Dijkstra's algorithm; a few dozen microseconds). */
export function msToHubs(backbone: Backbone, starts: readonly Start[]): Float64Array {
  const ms = new Float64Array(HUBS.length).fill(Number.POSITIVE_INFINITY);
  const settled = new Uint8Array(HUBS.length);
  for (const start of starts) {
    lower(ms, start.index, start.ms);
    if (HUBS[start.index]?.stub) leave(backbone, ms, start);
  }
  for (let next = nearestOpen(ms, settled); next !== undefined; next = nearestOpen(ms, settled)) {
    settled[next] = 1;
    if (!HUBS[next]?.stub) leave(backbone, ms, { index: next, ms: ms[next] ?? 0 });
  }
  return ms;
}

function leave(backbone: Backbone, ms: Float64Array, from: Start): void {
  for (const link of backbone[from.index] ?? []) lower(ms, link.to, from.ms + link.ms);
}

function lower(ms: Float64Array, index: number, value: number): void {
  if (value < (ms[index] ?? 0)) ms[index] = value;
}

function nearestOpen(ms: Float64Array, settled: Uint8Array): number | undefined {
  let best: number | undefined;
  let bestMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ms.length; i++) {
    const candidate = ms[i] ?? Number.POSITIVE_INFINITY;
    if (settled[i] === 0 && candidate < bestMs) {
      best = i;
      bestMs = candidate;
    }
  }
  return best;
}
