// The part of the schema of regions.json that is about sessions: servers of their own, made on demand.

import * as v from 'valibot';
import { DURATION_PATTERN } from './duration.ts';
import { INSTANCE_TYPES } from './instance-types.ts';

/** Who may make sessions. */
export const SESSION_MAKERS = ['nobody', 'admins', 'readers'] as const;

/** As many containers as Cloudflare lets one application have, with room for the regions. */
const MOST_SESSIONS = 1_000;

/** A month: what lives longer is a region. */
const MOST_TTL_SECONDS = 30 * 24 * 3600;
const LEAST_TTL_SECONDS = 10;

const between = (least: number, most: number, text: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most), v.description(text));

export const SessionsSchema = v.strictObject({
  madeBy: v.optional(
    v.pipe(
      v.picklist(SESSION_MAKERS),
      v.description(
        'Who may make sessions: `nobody` (there are none, and none can be reached), `admins` (the admin token, a sign-in), or `readers` (the read token too).',
      ),
    ),
    'nobody',
  ),
  mayJoin: v.optional(
    v.pipe(
      v.boolean(),
      v.description(
        'Whether a session may join its region as a leaf node: who makes it then publishes to clients of the regions, and hears them, below a prefix of its own, without having their credentials.',
      ),
    ),
    false,
  ),
  most: v.optional(
    between(
      1,
      MOST_SESSIONS,
      'How many sessions there may be at the same time: `max_instances` of their container.',
    ),
    20,
  ),
  mostPerOwner: v.optional(between(1, MOST_SESSIONS, 'How many of them one token or one user may have.'), 10),
  ttlSeconds: v.optional(
    between(
      LEAST_TTL_SECONDS,
      MOST_TTL_SECONDS,
      'How long a session lives from when it was last asked for, unless who asks says otherwise.',
    ),
    3600,
  ),
  mostTtlSeconds: v.optional(
    between(LEAST_TTL_SECONDS, MOST_TTL_SECONDS, 'The longest time that may be asked for.'),
    86_400,
  ),
  sleepAfter: v.optional(
    v.pipe(
      v.string(),
      v.regex(DURATION_PATTERN, 'a whole number followed by s, m or h, such as "10m"'),
      v.description(
        'How long the server of a session runs without clients before it stops: <n>s, <n>m or <n>h, from 10s to 24h. The next client starts it again. One that has streams goes on.',
      ),
    ),
    '10m',
  ),
  instanceType: v.optional(
    v.pipe(
      v.picklist(INSTANCE_TYPES),
      v.description("Size of a session's container: a named instance type."),
    ),
    'lite',
  ),
});
