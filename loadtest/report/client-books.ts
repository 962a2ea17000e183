// How many clients were connected, and how many without service, at each moment, by what the clients themselves say. An
// outage is known at its end, and was there since its beginning: who only looks at the moments of samples sees nothing of
// those that go on until the run ends. The servers cannot be asked while they are gone.

import { GONE } from './interruptions.ts';
import type { ClientCounts, Level } from './summary.ts';

/** A chart is no wider than so many pixels: of more changes the extremes of each part are kept. */
const MOST_LEVELS = 1_200;

interface Change {
  readonly atMs: number;
  readonly by: number;
}

export class ClientBooks {
  readonly #connections: Change[] = [];
  /** By region. */
  readonly #without = new Map<string, Change[]>();

  /** @param offsetMs when the sample was taken, since the first sample of the run */
  note(
    metric: string,
    { value, tags }: { value: number; tags: Readonly<Record<string, string>> },
    offsetMs: number,
  ): void {
    if (metric === 'nats_connect') this.#connections.push({ atMs: offsetMs, by: 1 });
    else if (metric === 'nats_disconnects' && value > 0 && tags.phase !== 'connecting')
      this.#connections.push({ atMs: offsetMs, by: -value });
    else if (metric === 'nats_outage') this.#noteOutage(tags, offsetMs - value, offsetMs);
  }

  /** @param knowsAll whether every connection is one that lasts: others end without a word */
  result(durationMs: number, knowsAll: boolean): ClientCounts {
    const without = [...this.#without].map(([region, changes]) => [
      region,
      levelsOf(changes, durationMs, Math.max),
    ]);
    return {
      ...(knowsAll && { connected: levelsOf(this.#connections, durationMs, Math.min) }),
      withoutService: Object.fromEntries(without),
    };
  }

  #noteOutage({ region = '', kind }: Readonly<Record<string, string>>, fromMs: number, toMs: number): void {
    const changes = this.#without.get(region) ?? [];
    this.#without.set(region, changes);
    changes.push({ atMs: Math.max(0, fromMs), by: 1 });
    // That the run is over serves nobody.
    if (kind !== GONE) changes.push({ atMs: toMs, by: -1 });
  }
}

/** @param worst of the levels of a moment, the one that must not be lost */
function levelsOf(
  changes: readonly Change[],
  durationMs: number,
  worst: (...levels: number[]) => number,
): readonly Level[] {
  const levels: { atMs: number; clients: number }[] = [];
  let clients = 0;
  for (const { atMs, by } of changes.toSorted((a, b) => a.atMs - b.atMs)) {
    clients += by;
    const latest = levels.at(-1);
    if (latest?.atMs === atMs) latest.clients = clients;
    else levels.push({ atMs, clients });
  }
  return levels.length <= MOST_LEVELS ? levels : thinned(levels, durationMs, worst);
}

/** Of each part of the time the worst level, from its beginning, and the last one, from its own. */
function thinned(
  levels: readonly Level[],
  durationMs: number,
  worst: (...levels: number[]) => number,
): readonly Level[] {
  const partMs = Math.max(1, (2 * durationMs) / MOST_LEVELS);
  const parts = Map.groupBy(levels, ({ atMs }) => Math.floor(atMs / partMs));
  return [...parts.values()].flatMap((part) => {
    const [first, last] = [part[0], part.at(-1)];
    if (first === undefined || last === undefined) return [];
    const clients = part.reduce((level, each) => worst(level, each.clients), first.clients);
    return clients === last.clients ? [{ ...first, clients }] : [{ ...first, clients }, last];
  });
}
