// The times in which some client had no service.

import { lengthOf, type Span } from './spans.ts';
import type { Summary } from './summary.ts';

/**
 * A region that drains loses its clients one after the other, which is told as one outage: between two of them nobody was
 * without service. Outages without length are connections that were lost where nothing times that.
 */
export function timesWithoutService({
  outages,
  clients,
}: Pick<Summary, 'outages' | 'clients'>): readonly Span[] {
  if (clients === undefined) return outages;
  const endMs = Math.max(0, ...outages.map(({ toMs }) => toMs));
  const times = Object.values(clients.withoutService).flatMap((levels) =>
    levels.flatMap(({ atMs, clients: without }, index) => {
      const toMs = Math.min(levels[index + 1]?.atMs ?? endMs, endMs);
      return without > 0 && atMs <= toMs ? [{ fromMs: atMs, toMs }] : [];
    }),
  );
  return [...times, ...outages.filter((outage) => lengthOf(outage) === 0)];
}
