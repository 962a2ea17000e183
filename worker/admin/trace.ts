// `POST /api/trace`: the way of a message. It is published at a region's server by a connection of Meridian's own, and marked so
// that the servers tell of it and deliver it to nobody (`Nats-Trace-Only`). Nothing is woken by it.

import { createInbox, type NatsConnection, headers as natsHeaders } from '@nats-io/nats-core';
import { type Trace, TraceBodySchema } from '../../api/trace.ts';
import { isExternal } from '../../regions/config.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { connectWithAny, disconnect } from '../jetstream/restore/connect.ts';
import { loginsFor } from '../jetstream/restore/credentials.ts';
import { messageOf, publicMessageOf } from '../message-of.ts';
import { regionStub } from '../region/region-stub.ts';
import type { Caller } from './admin-route.ts';
import { isNotOurs } from './external-region.ts';
import { readJsonBody } from './json-body.ts';
import { noSuchRegion } from './no-such-region.ts';
import { hopsOf, isComplete, type TraceEvent, traceEventOf } from './trace-events.ts';

/** Around the world and back, and some more. */
const TOLD_WITHIN_MS = 2_000;

/** As nats-server takes it: no wildcards, no empty tokens, no white space. */
const SUBJECT = /^[^\s.*>]+(?:\.[^\s.*>]+)*$/;
const MOST_CHARACTERS = 1_000;

const GLOBAL_ACCOUNT = '$G';

export async function trace(
  request: Request,
  { env, config }: EdgeContext,
  caller: Pick<Caller, 'note'>,
): Promise<Response> {
  const asked = await readJsonBody(request, TraceBodySchema);
  if (!asked.ok) return asked.response;
  const { subject, region: id } = asked.body;
  if (!SUBJECT.test(subject) || subject.length > MOST_CHARACTERS) {
    return errorResponse('bad_request', 'the subject has to be one, without wildcards: such as orders.new');
  }
  const region = config.regions.find((each) => each.id === id);
  if (region === undefined) return noSuchRegion(config, id);
  if (isExternal(region)) return isNotOurs(id, 'able to follow a message');
  caller.note({ detail: `${subject} from ${id}` });
  let connection: NatsConnection;
  try {
    const stub = regionStub(env, region);
    const logins = loginsFor(env, GLOBAL_ACCOUNT);
    connection = await connectWithAny((url, init) => stub.fetch(url, init), logins);
  } catch (error) {
    const reason = publicMessageOf(error, messageOf(error), `region ${id}: trace`);
    return errorResponse('region_unavailable', `region ${id} takes no message to follow: ${reason}`);
  }
  try {
    const events = await follow(connection, subject);
    return Response.json({
      subject,
      hops: hopsOf(events, config),
      complete: isComplete(events),
    } satisfies Trace);
  } finally {
    disconnect(connection);
  }
}

/** What servers tell until all have, or time is over. */
async function follow(connection: NatsConnection, subject: string): Promise<readonly TraceEvent[]> {
  const inbox = createInbox();
  const events: TraceEvent[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  connection.subscribe(inbox, {
    callback: (_error, message) => {
      const event = traceEventOf(message.string());
      if (event === undefined) return;
      events.push(event);
      if (isComplete(events)) resolve();
    },
  });
  const marked = natsHeaders();
  marked.set('Nats-Trace-Dest', inbox);
  marked.set('Nats-Trace-Only', 'true');
  connection.publish(subject, '', { headers: marked });
  await withTimeout(promise, TOLD_WITHIN_MS, 'not all have told').catch(() => undefined);
  return events;
}
