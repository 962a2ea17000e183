// The schema of regions.json, with a description of each field. The JSON Schema that editors use is generated from it,
// the types in config.ts are inferred from it, and validate.ts checks against it.
// What a schema cannot express (two regions with one id, a quorum) is in rules/.

import * as v from 'valibot';
import { DoorsSchema } from './doors-schema.ts';
import { DURATION_PATTERN } from './duration.ts';
import { ExportSchema } from './export-schema.ts';
import { ExternalEntries } from './external-schema.ts';
import { FlagsSchema } from './flags-schema.ts';
import { HINTS, PLACEMENTS } from './hints.ts';
import { INSTANCE_TYPES } from './instance-types.ts';
import { MembersSchema } from './members-schema.ts';
import { LameDuckSchema, RegionRoutingEntries, RoutingSchema } from './routing-schema.ts';
import { SessionsSchema } from './sessions-schema.ts';
import { SignInSchema } from './sign-in-schema.ts';

/** What NATS documents as the most that `max_payload` may be. */
const MAX_PAYLOAD_LIMIT_BYTES = 64 * 1024 * 1024;

/** Several times as many as the memory of the largest container bears. */
const MOST_CONNECTIONS = 1_000_000;

/** Each of them carries the traffic of a whole server. */
const MOST_LEAFS = 10_000;

/** Memory of the largest container, and its disk. */
const MOST_MEMORY_MIB = 12_288;
const MOST_DISK_MB = 20_000;

const ID_PATTERN = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const ID_FORM =
  'lowercase letters and digits in words joined by single hyphens, starting with a letter, such as "apac-ne"';

// Text that is shown to people: on one line, and without characters that are not seen or that turn others around.
const UNSEEN = '\\u0000-\\u001f\\u007f-\\u009f\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff';
const NAME_PATTERN = new RegExp(`^[^\\s${UNSEEN}]([^${UNSEEN}]*[^\\s${UNSEEN}])?$`);

const between = (least: number, most: number, text: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most), v.description(text));
const yesOrNo = (text: string) => v.pipe(v.boolean(), v.description(text));

const CustomInstanceSchema = v.strictObject({
  vcpu: v.pipe(v.number(), v.minValue(1), v.maxValue(4), v.description('Virtual CPUs, 1 to 4.')),
  memoryMib: between(3072, MOST_MEMORY_MIB, 'Memory in MiB: at least 3 GiB per vCPU, at most 12 GiB.'),
  diskMb: between(1, MOST_DISK_MB, 'Disk in MB: at most 2 GB per GiB of memory, and at most 20 GB.'),
});

const InstanceTypeSchema = v.union([v.picklist(INSTANCE_TYPES), CustomInstanceSchema]);

const LimitsSchema = v.strictObject({
  softConnections: v.exactOptional(
    between(
      1,
      MOST_CONNECTIONS,
      'Number of clients at which new ones start going to the next region, if it is near enough (routing.spillMs).',
    ),
  ),
  maxConnections: v.optional(
    between(
      1,
      MOST_CONNECTIONS,
      "Maximum number of clients, beyond which new ones go to the next region. The container's memory may bear fewer, about one for 60 KiB; a higher number than the server was started with takes effect at its next start.",
    ),
    10_000,
  ),
  maxUnauthenticatedPerAddress: v.optional(
    between(
      0,
      MOST_CONNECTIONS,
      'How many connections that have not authenticated one address may have at any moment (of IPv6, one /64), and never more than half of the free places. Raise it for many clients behind one address. 0: any number.',
    ),
    20,
  ),
  maxFailedSignInsPerAddress: v.exactOptional(
    between(
      0,
      MOST_CONNECTIONS,
      'After how many clients with wrong credentials in a minute one address (of IPv6, one /64) is refused until the minute is over. 0: any number. Absent: 30.',
    ),
  ),
  maxUnauthenticated: v.optional(
    between(
      0,
      MOST_CONNECTIONS,
      'How many connections that do not authenticate within 2 seconds the region may have. 0: any number.',
    ),
    200,
  ),
  maxLeafs: v.exactOptional(
    between(
      0,
      MOST_LEAFS,
      'Maximum number of leaf nodes (doors.leafnode), beyond which new ones go to the next region. Absent: 100.',
    ),
  ),
  maxPayloadBytes: v.optional(
    between(
      1,
      MAX_PAYLOAD_LIMIT_BYTES,
      "Largest message in bytes: nats-server's max_payload, takes effect at its next start.",
    ),
    1_048_576,
  ),
  jetstreamMaxMemoryBytes: v.exactOptional(
    between(
      1,
      MOST_MEMORY_MIB * 1024 * 1024,
      "Memory that JetStream may use, in bytes; takes effect at the server's next start. Absent: nats-server decides.",
    ),
  ),
  jetstreamMaxStoreBytes: v.exactOptional(
    between(
      1,
      MOST_DISK_MB * 1_000_000,
      "Disk that JetStream may use, in bytes; takes effect at the server's next start. Absent: nats-server decides.",
    ),
  ),
});

/** One region, as it is written in the file. */
export const RegionSchema = v.strictObject({
  id: v.pipe(
    v.string(),
    v.maxLength(32),
    v.regex(ID_PATTERN, ID_FORM),
    v.description(
      `The region's id: ${ID_FORM}. Class, binding and container are named after it; renaming it creates a new, empty region.`,
    ),
  ),
  name: v.exactOptional(
    v.pipe(
      v.string(),
      v.maxLength(64),
      v.regex(NAME_PATTERN, 'one line of text without control characters or leading or trailing spaces'),
      v.description('Display name. Absent: the id.'),
    ),
  ),
  ...ExternalEntries,
  hint: v.exactOptional(
    v.pipe(
      v.picklist(HINTS),
      v.description(
        "Location hint of the region's Durable Object. sam lands in enam, afr in weur, me in eeur; apac-ne and apac-se are parts of apac. Every region has one, except an external one.",
      ),
    ),
  ),
  placement: v.exactOptional(
    v.pipe(
      v.array(v.picklist(PLACEMENTS)),
      v.minLength(1),
      v.description(
        'Where the container may run (constraints.regions). ME, OC and AFR have limited capacity and are refused without another placement, so the region oc has ["OC", "APAC"]: the container starts in the one nearest to its object, in Oceania while there is room. Every region has one, except an external one.',
      ),
    ),
  ),
  latitude: v.pipe(
    v.number(),
    v.minValue(-90),
    v.maxValue(90),
    v.description(
      'Latitude of the center of the hosts, in degrees north. Latency estimates are based on it.',
    ),
  ),
  longitude: v.pipe(
    v.number(),
    v.minValue(-180),
    v.maxValue(180),
    v.description('Longitude of the center of the hosts, in degrees east.'),
  ),
  enabled: v.optional(yesOrNo('Whether the region takes clients.'), true),
  keepAwake: v.optional(
    yesOrNo(
      'Whether the container runs all the time. Otherwise the region sleeps while it has no clients, and is not part of the mesh then.',
    ),
    false,
  ),
  sleepAfter: v.optional(
    v.pipe(
      v.string(),
      v.regex(DURATION_PATTERN, 'a whole number followed by s, m or h, such as "10m"'),
      v.description(
        'How long the container runs without clients before it stops: <n>s, <n>m or <n>h, from 10s to 24h. No effect if keepAwake is true.',
      ),
    ),
    '10m',
  ),
  jetstream: v.optional(
    yesOrNo(
      'Whether the region takes part in JetStream. Needs keepAwake, and at least three JetStream regions.',
    ),
    false,
  ),
  instanceType: v.optional(
    v.pipe(
      InstanceTypeSchema,
      v.description('Size of the container: a named instance type, or a custom one.'),
    ),
    'basic',
  ),
  limits: v.optional(v.pipe(LimitsSchema, v.description('Limits of the nats-server.')), {}),
  members: v.exactOptional(
    v.pipe(
      MembersSchema,
      v.description(
        'Further servers of the region, by load (docs/members.md). Absent: the region is one server.',
      ),
    ),
  ),
  ...RegionRoutingEntries,
});

/** Whom `GET /api/regions` and `GET /api/mesh` answer. */
export const AUDIENCES = ['anyone', 'readers'] as const;

/** Who may use the admin endpoints, in addition to bearer tokens, which are secrets and not in this file. */
const AdminSchema = v.strictObject({
  regionsShownTo: v.exactOptional(
    v.pipe(
      v.picklist(AUDIENCES),
      v.description(
        'Who sees the regions and the links between them (GET /api/regions, GET /api/mesh): `anyone`, or only `readers`, who have a token or have signed in. Absent: anyone.',
      ),
    ),
  ),
  accessTeamDomain: v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(
        /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.cloudflareaccess\.com$/,
        'a team domain without https://, such as "example.cloudflareaccess.com"',
      ),
      v.description(
        'Cloudflare Access team domain whose users may administer, such as "example.cloudflareaccess.com". Needs accessAudience.',
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

/** What keeps streams from being lost. */
const JetStreamSchema = v.strictObject({
  turnSeconds: v.optional(
    between(
      0,
      600,
      'At a deploy with a new image Cloudflare terminates all servers at once. Each JetStream server goes on for so many seconds after the one before it, in the order of the regions, as far as the 15 minutes reach that Cloudflare waits.',
    ),
    300,
  ),
  acceptLoss: v.optional(
    yesOrNo(
      'Whether JetStream starts empty when no server is left that holds the streams and there is no backup, instead of waiting for `regions jetstream accept-loss`. For development.',
    ),
    false,
  ),
  backup: v.optional(
    v.pipe(
      v.strictObject({
        enabled: v.optional(
          yesOrNo('Whether streams are backed up to R2, if the deployment has the bucket.'),
          true,
        ),
        everySeconds: v.optional(
          between(
            1,
            3600,
            'Longest time in which what was stored is not yet in R2. Each time costs a write to R2 for each active stream.',
          ),
          10,
        ),
        segmentBytes: v.optional(
          between(65_536, 16_777_216, 'Size from which on a segment is written at once.'),
          8_388_608,
        ),
        keepDays: v.optional(
          between(
            1,
            3650,
            'Days for which a backup keeps what is no longer there: messages that a stream no longer has, the whole of a stream that was deleted, old versions of the configuration.',
          ),
          30,
        ),
        verifyHours: v.optional(
          between(
            0,
            720,
            'How often each backup is restored into a server of its own, to verify it; 0: never.',
          ),
          24,
        ),
      }),
      v.description('Continuous backup of streams to R2.'),
    ),
    {},
  ),
});

/** What a link between two regions may go over. */
const MESH_TRANSPORTS = ['auto', 'connect', 'rpc'] as const;

/** The whole file. */
export const ConfigSchema = v.strictObject({
  $schema: v.exactOptional(v.pipe(v.string(), v.description('The JSON Schema, for editors.'))),
  cluster: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(64),
      v.regex(/^[A-Za-z0-9_-]+$/, 'letters, digits, - and _'),
      v.description('Name of the NATS cluster that the regions form.'),
    ),
    'meridian',
  ),
  defaultRegion: v.exactOptional(
    v.pipe(
      v.string(),
      v.description('Region for requests from an unknown place. Absent: the first enabled region.'),
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
          between(100, 60_000, 'Longest pause between two attempts to establish a link.'),
          5000,
        ),
        transport: v.optional(
          v.pipe(
            v.picklist(MESH_TRANSPORTS),
            v.description(
              'What a link between two regions goes over: `connect`, a socket from one object to the other; `rpc`, byte streams of a call; `auto`, the first of them, and the other where it fails.',
            ),
          ),
          'auto',
        ),
      }),
      v.description('How the regions maintain their routes to each other.'),
    ),
    {},
  ),
  admin: v.optional(
    v.pipe(AdminSchema, v.description('Who may administer after signing in with Cloudflare Access.')),
    {},
  ),
  lameDuck: v.optional(
    v.pipe(
      LameDuckSchema,
      v.description('Lame duck mode of nats-server: how the clients of a draining region are disconnected.'),
    ),
    {},
  ),
  jetstream: v.optional(v.pipe(JetStreamSchema, v.description('What keeps streams from being lost.')), {}),
  routing: v.optional(v.pipe(RoutingSchema, v.description('How a region is chosen for each client.')), {}),
  doors: v.optional(
    v.pipe(DoorsSchema, v.description('Who may connect besides NATS clients (docs/doors.md).')),
    {},
  ),
  flags: v.optional(
    v.pipe(
      FlagsSchema,
      v.description(
        'Feature flags by their names, at most 100: for whom each is on (docs/flags.md). Anyone may read the names.',
      ),
    ),
    {},
  ),
  sessions: v.optional(
    v.pipe(
      SessionsSchema,
      v.description('Sessions: nats-servers of their own, made on demand (docs/sessions.md).'),
    ),
    {},
  ),
  signIn: v.exactOptional(
    v.pipe(
      SignInSchema,
      v.description(
        'Sign-ins of people and programs that become NATS users (docs/security.md). Absent: off.',
      ),
    ),
  ),
  export: v.optional(
    v.pipe(ExportSchema, v.description('Where metrics are pushed to (docs/observability.md). At most 4.')),
    [],
  ),
  regions: v.pipe(
    v.array(RegionSchema),
    v.minLength(1),
    v.description('The regions, one nats-server each, and external ones.'),
  ),
});
