// The shape of regions.json, each field with what it means. The JSON Schema that editors use is generated
// from it, the types in config.ts are inferred from it, and validate.ts checks against it.
// What no shape can say (two regions with one id, a quorum) is in rules/.

import * as v from 'valibot';
import { DURATION_PATTERN } from './duration.ts';
import { HINTS, PLACEMENTS } from './hints.ts';
import { LameDuckSchema, RoutingSchema, SteeringEntries } from './routing-schema.ts';

/** Cloudflare's named instance types, without the deprecated `dev` and `standard`. */
export const INSTANCE_TYPES = [
  'lite',
  'basic',
  'standard-1',
  'standard-2',
  'standard-3',
  'standard-4',
] as const;

/** nats-server's own hard limit on `max_payload`. */
const MAX_PAYLOAD_LIMIT_BYTES = 64 * 1024 * 1024;

const ID_PATTERN = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const ID_FORM =
  'lowercase letters and digits, words joined by single hyphens, a letter first, such as "apac-ne"';

const atLeast = (least: number, text: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.description(text));
const between = (least: number, most: number, text: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most), v.description(text));
const yesOrNo = (text: string) => v.pipe(v.boolean(), v.description(text));

const CustomInstanceSchema = v.strictObject({
  vcpu: v.pipe(v.number(), v.minValue(1), v.maxValue(4), v.description('Virtual CPUs, 1 to 4.')),
  memoryMib: between(3072, 12_288, 'Memory in MiB: at least 3 GiB per vCPU, at most 12 GiB.'),
  diskMb: between(1, 20_000, 'Disk in MB: at most 2 GB per GiB of memory, and at most 20 GB.'),
});

const LimitsSchema = v.strictObject({
  softConnections: v.exactOptional(
    atLeast(1, 'Clients above which new ones go to the next region, where that is close enough.'),
  ),
  maxConnections: v.optional(
    atLeast(
      1,
      'Clients at a time. The router goes by it at once; nats-server has it as its max_connections from its next start.',
    ),
    10_000,
  ),
  maxPayloadBytes: v.optional(
    between(
      1,
      MAX_PAYLOAD_LIMIT_BYTES,
      "Largest message in bytes: nats-server's max_payload, from its next start.",
    ),
    1_048_576,
  ),
  jetstreamMaxMemoryBytes: v.exactOptional(
    atLeast(
      1,
      "Memory that JetStream may use, in bytes, from the server's next start. Absent: nats-server's choice.",
    ),
  ),
  jetstreamMaxStoreBytes: v.exactOptional(
    atLeast(
      1,
      "Disk that JetStream may use, in bytes, from the server's next start. Absent: nats-server's choice.",
    ),
  ),
});

/** One region as written in the file. */
export const RegionSchema = v.strictObject({
  id: v.pipe(
    v.string(),
    v.maxLength(32),
    v.regex(ID_PATTERN, ID_FORM),
    v.description(
      `The region's id: ${ID_FORM}. Class, binding and container are named after it; renaming it makes a new, empty region.`,
    ),
  ),
  name: v.exactOptional(
    v.pipe(
      v.string(),
      v.maxLength(64),
      v.regex(/^\S(.*\S)?$/, 'one line of text with no space around it'),
      v.description('The name people see. Absent: the id.'),
    ),
  ),
  hint: v.pipe(
    v.picklist(HINTS),
    v.description(
      "Durable Objects location hint of the region's object. sam lands where enam does, afr where weur does, me where eeur does; apac-ne and apac-se are inside apac.",
    ),
  ),
  placement: v.pipe(
    v.array(v.picklist(PLACEMENTS)),
    v.minLength(1),
    v.description(
      'Where the container may run (constraints.regions). ME, OC and AFR have limited capacity and are refused unless another place stands beside them, so oc takes ["OC", "APAC"]: the container starts in the one nearest to its object, in Oceania while there is room.',
    ),
  ),
  latitude: v.pipe(
    v.number(),
    v.minValue(-90),
    v.maxValue(90),
    v.description(
      'Latitude of the middle of the hosts, in degrees north. Estimates of latency start from it.',
    ),
  ),
  longitude: v.pipe(
    v.number(),
    v.minValue(-180),
    v.maxValue(180),
    v.description('Longitude of the middle of the hosts, in degrees east.'),
  ),
  enabled: v.optional(yesOrNo('Whether clients are sent here.'), true),
  keepAwake: v.optional(
    yesOrNo(
      'Whether the container runs all the time. A region that may sleep leaves the mesh while it does.',
    ),
    false,
  ),
  sleepAfter: v.optional(
    v.pipe(
      v.string(),
      v.regex(DURATION_PATTERN, 'a whole number and s, m or h, such as "10m"'),
      v.description(
        'How long without a client before the container stops: <n>s, <n>m or <n>h, from 10s to 24h. Without effect where keepAwake is true.',
      ),
    ),
    '10m',
  ),
  jetstream: v.optional(
    yesOrNo('Whether the region takes part in JetStream. Needs keepAwake, and at least three such regions.'),
    false,
  ),
  instanceType: v.optional(
    v.pipe(
      v.union([v.picklist(INSTANCE_TYPES), CustomInstanceSchema]),
      v.description('Size of the container: a named instance type, or one of your own.'),
    ),
    'basic',
  ),
  limits: v.optional(v.pipe(LimitsSchema, v.description('Limits of the nats-server.')), {}),
  ...SteeringEntries,
});

/** Who may reach the admin endpoints besides the bearer tokens, which are secrets and not written here. */
const AdminSchema = v.strictObject({
  accessTeamDomain: v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(
        /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.cloudflareaccess\.com$/,
        'a team domain with no https://, such as "example.cloudflareaccess.com"',
      ),
      v.description(
        'Team domain of Cloudflare Access, such as "example.cloudflareaccess.com": whose sign-ins may administer. Needs accessAudience.',
      ),
    ),
  ),
  accessAudience: v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(/^[0-9a-f]{64}$/, 'the application audience (AUD) tag of Cloudflare Access, 64 hex digits'),
      v.description(
        'Application audience (AUD) tag of the Access application in front of Meridian, 64 hex digits. Needs accessTeamDomain.',
      ),
    ),
  ),
});

/** The whole file. */
export const ConfigSchema = v.strictObject({
  $schema: v.exactOptional(v.pipe(v.string(), v.description('The JSON Schema, for editors.'))),
  cluster: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(64),
      v.regex(/^[A-Za-z0-9_-]+$/, 'letters, digits, - and _'),
      v.description('Name of the NATS cluster that all regions form.'),
    ),
    'meridian',
  ),
  defaultRegion: v.exactOptional(
    v.pipe(
      v.string(),
      v.description('Where a request with no usable place goes. Absent: the first enabled region.'),
    ),
  ),
  mesh: v.optional(
    v.pipe(
      v.strictObject({
        reconcileSeconds: v.optional(
          between(5, 900, 'How often a region compares its routes with the configuration.'),
          30,
        ),
        retryMaxMs: v.optional(
          between(100, 60_000, 'Longest pause between two attempts to make a link.'),
          5000,
        ),
      }),
      v.description('How the regions keep their routes to each other.'),
    ),
    {},
  ),
  admin: v.optional(
    v.pipe(AdminSchema, v.description('Who may administer by signing in with Cloudflare Access.')),
    {},
  ),
  lameDuck: v.optional(
    v.pipe(LameDuckSchema, v.description('How the clients of a region that drains are told to go.')),
    {},
  ),
  routing: v.optional(v.pipe(RoutingSchema, v.description('How the region of a client is chosen.')), {}),
  regions: v.pipe(v.array(RegionSchema), v.minLength(1), v.description('The regions, one nats-server each.')),
});
