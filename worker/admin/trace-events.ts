// What nats-server's trace events say of the way of a message. https://github.com/nats-io/nats-architecture-and-design, ADR-41;
// `MsgTraceEvent` of server/msgtrace.go. Pure.

import * as v from 'valibot';
import type { TraceHop } from '../../api/trace.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { serverById, serverIdsOf } from '../../regions/servers.ts';

/** Kinds of connections (server/client.go). */
const CLIENT = 0;
const ROUTER = 1;
const LEAF = 4;

const Text = v.optional(v.string());
const EventSchema = v.object({
  server: v.object({ name: v.string(), time: v.pipe(v.string(), v.isoTimestamp()) }),
  /** To how many servers it was sent on, which tell of it in events of their own. */
  hops: v.optional(v.number(), 0),
  events: v.array(
    v.object({
      type: v.string(),
      kind: v.optional(v.number()),
      name: Text,
      queue: Text,
      stream: Text,
      error: Text,
    }),
  ),
});
export type TraceEvent = v.InferOutput<typeof EventSchema>;

/** Undefined for what is none. */
export function traceEventOf(text: string): TraceEvent | undefined {
  try {
    const parsed = v.safeParse(EventSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** Whether each server that the message was sent to has told of it: where it was published too, which alone knows how many. */
export function isComplete(events: readonly TraceEvent[]): boolean {
  const isBegun = events.some(({ events }) => cameFrom(events) === null);
  return isBegun && events.length >= 1 + events.reduce((sum, { hops }) => sum + hops, 0);
}

/** In the order in which they were made: where it was published first, since clocks differ. */
export function hopsOf(
  events: readonly TraceEvent[],
  config: Pick<MeridianConfig, 'regions'>,
): readonly TraceHop[] {
  const regions = new Map(
    serverIdsOf(config).map((id) => [instanceNameOf(id), serverById(id, config)?.region.id ?? null]),
  );
  return events
    .map((event) => hopOf(event, regions))
    .toSorted((a, b) => Number(a.from !== null) - Number(b.from !== null) || a.at - b.at);
}

function hopOf({ server, events }: TraceEvent, regions: ReadonlyMap<string, string | null>): TraceHop {
  const out = events.filter(({ type, kind }) => type === 'eg' && kind === CLIENT);
  const error = events.find((event) => event.error !== undefined)?.error;
  return {
    server: server.name,
    region: regions.get(server.name) ?? null,
    from: cameFrom(events),
    at: Date.parse(server.time),
    deliveries: out.filter((each) => each.error === undefined).length,
    queues: unique(out.map(({ queue }) => queue)),
    streams: unique(events.filter(({ type }) => type === 'js').map(({ stream }) => stream)),
    ...(error !== undefined && { error }),
  };
}

/** The server that sent it on; null where it was published. */
function cameFrom(events: TraceEvent['events']): string | null {
  const came = events.find(({ type }) => type === 'in');
  return came?.kind === ROUTER || came?.kind === LEAF ? (came.name ?? '') : null;
}

function unique(names: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}
