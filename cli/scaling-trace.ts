// A load to replay: lines of seconds and clients, or the answer of `GET /api/metrics/history`.

import type { MetricsHistory } from '../api/metrics.ts';
import type { TracePoint } from '../scaling/replay.ts';
import { CommandError, EXIT } from './exit.ts';

const FORMS =
  'A load is lines of seconds and clients, such as "60,1500", with times that rise, or what GET /api/metrics/history answers';

/** @throws CommandError that says which line is none */
export function parseTrace(text: string, region: string): readonly TracePoint[] {
  const trace = text.trimStart().startsWith('{') ? ofHistory(text, region) : ofLines(text);
  if (trace.length === 0) throw new CommandError(EXIT.usage, `${FORMS}: this one has no points.`);
  return trace;
}

function ofLines(text: string): readonly TracePoint[] {
  const trace: TracePoint[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    // A comment, a header.
    if (/^\s*(#|$|[a-z])/i.test(line)) continue;
    const [, seconds, clients] = /^\s*(\d+(?:\.\d+)?)[,;\s]\s*(\d+)\s*$/.exec(line) ?? [];
    const at = Number(seconds) * 1000;
    if (seconds === undefined || at <= (trace.at(-1)?.at ?? -1))
      throw new CommandError(EXIT.usage, `${FORMS}: line ${index + 1} is none.`);
    trace.push({ at, clients: Number(clients) });
  }
  return trace;
}

/** What is unknown is left out: the load before it goes on. */
function ofHistory(text: string, region: string): readonly TracePoint[] {
  try {
    const { fields, points } = JSON.parse(text) as MetricsHistory;
    const column = fields.indexOf('clients');
    return points.flatMap(({ at, regions }) => {
      const clients = regions[region]?.[column] ?? undefined;
      return clients === undefined ? [] : [{ at, clients }];
    });
  } catch (cause) {
    throw new CommandError(EXIT.usage, `${FORMS}: this JSON is neither.`, { cause });
  }
}
