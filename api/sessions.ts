// Sessions: a nats-server of one's own. `POST /api/containers` makes one or finds it.

import * as v from 'valibot';
import { Count, IsoTime, type Wire } from './schema-kinds.ts';

/** With its signature a name has 63 characters, as a label of a host name may have. A UUID is a name. */
export const SESSION_NAME = /^[a-z0-9]([a-z0-9-]{0,34}[a-z0-9])?$/;

export const SESSION_NAME_FORM =
  '1 to 36 lowercase letters, digits and hyphens, beginning and ending with a letter or a digit, such as "pr-123"';

/** As the containers of sessions bear. */
const MOST_CONNECTIONS = 10_000;
const MOST_PAYLOAD_BYTES = 16 * 1024 * 1024;

const whole = (least: number, most: number, text: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most), v.description(text));

/** How a session may be joined to its region. */
export const SESSION_JOINS = ['leaf'] as const;

/** As whom clients of a joined session authenticate: its token is the password. */
export const JOINED_USER = 'session';

/** What a session's server is started with. */
export const SessionConfigSchema = v.strictObject({
  jetstream: v.optional(
    v.pipe(
      v.boolean(),
      v.description('whether it has JetStream (by default not); its disk lasts as long as its server runs'),
    ),
    false,
  ),
  maxConnections: v.optional(whole(1, MOST_CONNECTIONS, 'how many clients it takes; 100 by default'), 100),
  maxPayloadBytes: v.optional(
    whole(1, MOST_PAYLOAD_BYTES, 'its largest message, bytes; 1,048,576 by default'),
    1_048_576,
  ),
  join: v.exactOptional(
    v.pipe(
      v.picklist(SESSION_JOINS),
      v.description(
        '`leaf`: its server joins its region as a leaf node, and shares the subjects below `shares`; absent: it is on its own',
      ),
    ),
  ),
});
export type SessionConfig = Wire<typeof SessionConfigSchema>;

/** Every default filled in. */
export const USUAL_SESSION_CONFIG: SessionConfig = v.parse(SessionConfigSchema, {});

export const SessionBodySchema = v.strictObject({
  sessionId: v.pipe(
    v.string(),
    v.regex(SESSION_NAME, SESSION_NAME_FORM),
    v.description(`its name among those of its owner: ${SESSION_NAME_FORM}`),
  ),
  config: v.exactOptional(SessionConfigSchema),
  ttlSeconds: v.exactOptional(
    whole(
      10,
      Number.MAX_SAFE_INTEGER,
      'how long it lives from now on; absent: `sessions.ttlSeconds` of the configuration',
    ),
  ),
});
/** As it is sent: defaults are not filled in yet. */
export type SessionBody = v.InferInput<typeof SessionBodySchema>;

/**
 * `starting`; `up`; `asleep`, and the next client starts it; `down`, its server ended or did not start, and the next client
 * starts it again; `ending`.
 */
export const SESSION_STATES = ['starting', 'up', 'asleep', 'down', 'ending'] as const;
export type SessionState = (typeof SESSION_STATES)[number];

export const SessionStateSchema = v.picklist(SESSION_STATES);

const SessionEntries = {
  id: v.pipe(v.string(), v.description('its name and a signature: who does not know it cannot guess it')),
  name: v.pipe(v.string(), v.description('the `sessionId` that it was made with')),
  owner: v.pipe(v.string(), v.description('the token or the user that made it')),
  region: v.pipe(v.string(), v.description('the region near which it was placed')),
  created: IsoTime,
  expires: v.pipe(IsoTime, v.description('when it ends, unless it is asked for again')),
  seen: v.pipe(IsoTime, v.description('when it was last seen in use, to a minute')),
  state: SessionStateSchema,
  problem: v.exactOptional(v.pipe(v.string(), v.description('why it is down'))),
  config: SessionConfigSchema,
};

/** A session. What its clients need comes with one that is asked for, and not in lists. */
export const SessionSchema = v.strictObject({
  ...SessionEntries,
  clients: v.exactOptional(v.pipe(v.nullable(Count), v.description('connected clients; null if unknown'))),
  url: v.exactOptional(v.pipe(v.string(), v.description('where NATS clients connect, over WebSocket'))),
  token: v.exactOptional(
    v.pipe(
      v.string(),
      v.description('what they authenticate with, as the NATS token; with `user`, as its password'),
    ),
  ),
  user: v.exactOptional(
    v.pipe(v.string(), v.description('of a joined session: the user name of its clients')),
  ),
  shares: v.exactOptional(
    v.pipe(
      v.string(),
      v.description(
        'of a joined session: what is published in its region below `<shares>.in.` reaches it, and what it publishes below `<shares>.out.` reaches the region',
      ),
    ),
  ),
  joined: v.exactOptional(
    v.pipe(
      v.nullable(v.string()),
      v.description(
        'of a joined session: the region that its server is linked with now; null if with none, or unknown',
      ),
    ),
  ),
});
/** As in a list. */
export type Session = Omit<
  Wire<typeof SessionSchema>,
  'clients' | 'url' | 'token' | 'user' | 'shares' | 'joined'
>;
/** One that was asked for. */
export type SessionDetail = Session &
  Required<Pick<Wire<typeof SessionSchema>, 'clients' | 'url' | 'token'>> &
  Pick<Wire<typeof SessionSchema>, 'user' | 'shares' | 'joined'>;

export const SessionAnswerSchema = v.strictObject({
  success: v.literal(true),
  container: SessionSchema,
});
export interface SessionAnswer {
  readonly success: true;
  readonly container: SessionDetail;
}

export const SessionListSchema = v.strictObject({
  containers: v.pipe(v.array(SessionSchema), v.description('newest first')),
  count: v.pipe(Count, v.description('how many there are in all, of those that the caller may see')),
  next: v.pipe(v.nullable(Count), v.description('what `before` has to be for the next page')),
  timestamp: IsoTime,
});
export type SessionList = Wire<typeof SessionListSchema>;

export const SessionInfoSchema = v.strictObject({
  id: v.string(),
  state: SessionStateSchema,
  serverId: v.pipe(
    v.nullable(v.string()),
    v.description('of this start of it; null if it does not run or answer'),
  ),
  serverName: v.nullable(v.string()),
  version: v.nullable(v.string()),
  jetstream: v.boolean(),
  maxConnections: Count,
  maxPayloadBytes: Count,
});
export type SessionInfo = Wire<typeof SessionInfoSchema>;

export const SessionStatsSchema = v.strictObject({
  id: v.string(),
  state: SessionStateSchema,
  server: v.pipe(
    v.nullable(
      v.strictObject({
        clients: v.pipe(Count, v.description('connected clients')),
        subscriptions: v.pipe(Count, v.description("subscriptions, the server's own among them")),
        inMessages: v.pipe(Count, v.description('messages from clients since it started')),
        outMessages: v.pipe(Count, v.description('messages to clients')),
        inBytes: v.pipe(Count, v.description('bytes from clients')),
        outBytes: v.pipe(Count, v.description('bytes to clients')),
        slowConsumers: v.pipe(Count, v.description('clients that were closed because they read too slowly')),
        memoryBytes: v.pipe(Count, v.description('memory of the server')),
        streams: v.pipe(Count, v.description('streams')),
      }),
    ),
    v.description('null if it does not run, or does not answer'),
  ),
});
export type SessionStats = Wire<typeof SessionStatsSchema>;
