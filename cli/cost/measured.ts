// The load of a running edge, from what its collector has kept: clients, messages, bytes, and where the clients are. Pure.
//
// A server counts what other regions send it like what its clients send. So messages and their fan-out are what clients and
// links bring together, and a cost that is computed from them is rather too high.

import type { MetricsHistory } from '../../api/metrics.ts';
import type { TrafficOptions } from '../../cost/traffic-options.ts';

const MS_PER_DAY = 86_400_000;

export type Measured = Required<
  Pick<TrafficOptions, 'clients' | 'messages' | 'size' | 'fanOut' | 'connects' | 'shares'>
>;

/** Undefined if it was looked at less than twice, or nobody has been there. */
export function measuredTraffic({ fields, points }: MetricsHistory): Measured | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const ms = last.at - first.at;
  const ids = [...new Set(points.flatMap(({ regions }) => Object.keys(regions)))];
  const valuesOf = (id: string, field: string) => {
    const index = fields.indexOf(field);
    return points.flatMap(({ regions }) => regions[id]?.[index] ?? []);
  };
  const clientsOf = (id: string) => {
    const seen = valuesOf(id, 'clients');
    return seen.length === 0 ? 0 : sum(seen) / points.length;
  };
  const grown = (field: string) => sum(ids.map((id) => growth(valuesOf(id, field))));
  const shares = Object.fromEntries(ids.map((id) => [id, clientsOf(id)]));
  const clients = sum(Object.values(shares));
  if (!(ms > 0) || clients === 0) return undefined;
  const [inMsgs, outMsgs] = [grown('inMsgs'), grown('outMsgs')];
  return {
    clients,
    messages: inMsgs / (ms / 1_000),
    size: inMsgs === 0 ? 0 : grown('inBytes') / inMsgs,
    fanOut: inMsgs === 0 ? 0 : outMsgs / inMsgs,
    connects: grown('connects') / clients / (ms / MS_PER_DAY),
    shares,
  };
}

/** By how much a counter grew. One that is less than before began again, with its server. */
function growth(values: readonly number[]): number {
  return sum(values.map((value, index) => increase(values[index - 1], value)));
}

function increase(before: number | undefined, value: number): number {
  if (before === undefined) return 0;
  return value < before ? value : value - before;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
