// `POST /api/trace`: the way that a message would take over the mesh, as nats-server tells it (`Nats-Trace-Dest`).

import * as v from 'valibot';
import { Count, Instant, type Wire } from './schema-kinds.ts';

/** One hop of a message that was followed (`POST /api/trace`). */
export const TraceHopSchema = v.strictObject({
  server: v.pipe(v.string(), v.description('such as nats-weur')),
  region: v.pipe(v.nullable(v.string()), v.description('null if it is no server of a region')),
  from: v.pipe(
    v.nullable(v.string()),
    v.description('the server that it came from over a route; null where it was published'),
  ),
  at: v.pipe(Instant, v.description('by the clock of that server')),
  deliveries: v.pipe(Count, v.description('to how many clients of that server it would go')),
  queues: v.pipe(v.array(v.string()), v.description('queue groups among them')),
  streams: v.pipe(v.array(v.string()), v.description('streams that would store it')),
  error: v.exactOptional(v.string()),
});
export type TraceHop = Wire<typeof TraceHopSchema>;

export const TraceBodySchema = v.strictObject({
  subject: v.pipe(v.string(), v.description('a subject without wildcards')),
  region: v.pipe(v.string(), v.description('where it is published')),
});
export type TraceBody = Wire<typeof TraceBodySchema>;

export const TraceSchema = v.strictObject({
  subject: v.string(),
  hops: v.pipe(v.array(TraceHopSchema), v.description('in the order in which they were made')),
  complete: v.pipe(
    v.boolean(),
    v.description('whether every server that it was sent to has told of it in time'),
  ),
});
/** The way of a message that is not delivered (`Nats-Trace-Only`): nobody receives it and no stream stores it. */
export type Trace = Wire<typeof TraceSchema>;
