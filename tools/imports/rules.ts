// Which part of the code may import what. The check and the table in docs/architecture.md follow this list and its
// order. Imports of types count like any other.

/**
 * A folder, or a file that stands between folders. The part with the longest path that fits a file is the file's. A
 * folder and a part inside it may import each other where the folder holds both what the part builds on and what is
 * built on the part; no file does (that is checked), and a comment says why they are one folder.
 */
export interface Part {
  readonly path: string;
  /** What it is, for the table in docs/architecture.md. */
  readonly what: string;
  /** The other parts that it may import. */
  readonly imports: readonly string[];
  /** Packages, with all of their modules, and platform modules that it may import. Absent: any, since it does not ship. */
  readonly packages?: readonly string[];
  /** What its tests may import in addition; all tests may import test/support. */
  readonly tests?: readonly string[];
}

// What everything in the Worker may use.
const SHARED = ['regions', 'api', 'worker'];

// What nearly every benchmark is made of.
const BENCH = ['bench', 'bench/contestants', 'bench/load'];

export const PARTS: readonly Part[] = [
  {
    path: 'regions',
    what: 'the configuration: schema, rules, edits, names, `regions.json`. Pure',
    // `validate.ts` and `subset.ts` apply the rules, which are made of the schema's types and of `problems.ts`: a rule is
    // one file of a list, and its way to the schema is short.
    imports: ['regions/rules'],
    packages: ['valibot'],
  },
  {
    path: 'regions/rules',
    what: 'what a configuration must be beyond its schema: one rule a file. Pure',
    imports: ['regions'],
    packages: ['valibot'],
  },
  {
    path: 'regions/edits',
    what: 'changes of a configuration: set, compare, describe. Pure',
    imports: ['regions', 'regions/rules'],
    packages: ['valibot'],
  },
  {
    path: 'regions/generate',
    what: 'what is generated from the configuration: parts of wrangler.toml, the classes, the JSON Schema, its reference',
    // Separate because its packages must not get into the Worker.
    imports: ['regions'],
    packages: ['valibot', '@valibot/to-json-schema', 'smol-toml'],
  },
  {
    path: 'api',
    what: 'the wire contract. Pure',
    imports: ['regions', 'regions/edits', 'scaling'],
    packages: ['valibot'],
  },
  {
    path: 'waiting',
    what: 'waiting with a deadline, for a promise or for a condition. Timers and nothing else: in Node and in workerd',
    imports: [],
    packages: [],
  },
  {
    path: 'routing',
    what: 'the decision. Pure: no I/O, no clock, no randomness; compiled with no ambient types to prove it',
    // A filter, a model and a table build on the nouns of this folder (`filter.ts`, `coordinates.ts`), and the decision
    // in it (`plan.ts`, `decision.ts`, `entry.ts`) is made of them.
    imports: ['regions', 'api', 'routing/filters', 'routing/latency', 'routing/places'],
    packages: [],
  },
  {
    path: 'routing/filters',
    what: 'what leaves a region out or moves it: one filter a file. Pure',
    imports: ['regions', 'api', 'routing'],
    packages: [],
    tests: ['regions'],
  },
  {
    path: 'routing/latency',
    what: 'the round trip that is expected between two points. Pure',
    imports: ['routing'],
    packages: [],
    // How well the latency model does is told by the measurements that it was fitted to.
    tests: ['tools/fit'],
  },
  {
    path: 'routing/places',
    what: 'where data centers and countries are, packed. Pure',
    imports: ['routing'],
    packages: [],
    tests: ['tools/places'],
  },
  {
    path: 'scaling',
    what: 'how many servers a region needs, and what a load would have come to. Pure: no I/O, no clock, no randomness',
    imports: [],
    packages: [],
  },
  {
    path: 'cost',
    what: 'what a configuration costs under a load: prices as data, and the model. Pure: no I/O, no clock',
    imports: ['regions'],
    packages: [],
  },
  {
    path: 'worker',
    what: 'the bindings, and what everything in the Worker uses: errors, waiting times',
    imports: ['api'],
    packages: [],
    // What no route may do is tested on the whole Worker.
    tests: ['worker/index.ts', 'regions'],
  },
  {
    path: 'worker/s2',
    what: "the framing of S2 streams: identifier, uncompressed chunks, checksums. nats-server's archives and compressed routes are such streams. Pure",
    imports: [],
    packages: [],
  },
  {
    path: 'worker/mesh',
    what: 'topology, route handshake, splice, keeping links up. Knows bytes and peers, but no objects',
    imports: [...SHARED, 'waiting', 'worker/s2'],
    packages: [],
  },
  {
    path: 'worker/config',
    what: 'the one writer of the configuration, what may be stored (pure), the copy of each isolate',
    // An isolate's copy holds the plan that routes, compiled. The bucket of backups is waited for with a deadline.
    imports: [...SHARED, 'regions/edits', 'waiting', 'routing'],
    // WebCrypto has no hash that is there at once, and nothing may come between reading and storing.
    packages: ['cloudflare:workers', 'node:crypto'],
  },
  {
    path: 'worker/forecast',
    what: 'whom an edit would move, by replaying traffic through the decision. Pure',
    imports: ['regions', 'api', 'cost', 'routing', 'routing/places'],
    packages: [],
  },
  {
    path: 'worker/jetstream/manifest',
    what: "what a stream's backup consists of. Pure",
    imports: [],
    packages: ['valibot'],
  },
  {
    path: 'worker/jetstream/archive',
    what: "nats-server's archive format, and the segments that archives are put together from. Pure",
    imports: ['worker/s2', 'worker/jetstream/manifest'],
    packages: [],
  },
  {
    path: 'worker/jetstream/bucket',
    what: 'backups in R2: manifests, logs, folded segments, archives from them',
    imports: ['waiting', 'worker', 'worker/s2', 'worker/jetstream/manifest', 'worker/jetstream/archive'],
    packages: [],
  },
  {
    path: 'worker/jetstream/admission',
    what: 'when a JetStream server with an empty disk may start. Pure',
    imports: ['regions'],
    packages: [],
  },
  {
    path: 'worker/jetstream/restore',
    what: 'restores backups into NATS servers, and verifies that they restore',
    imports: [
      'worker',
      'worker/s2',
      'worker/jetstream/manifest',
      'worker/jetstream/archive',
      'worker/jetstream/bucket',
      'worker/jetstream/admission',
    ],
    packages: ['@nats-io/nats-core'],
  },
  {
    path: 'worker/jetstream/backup',
    what: 'writes backups: reads the streams that a server leads, and appends to their logs',
    imports: [
      'waiting',
      'worker',
      'worker/jetstream/manifest',
      'worker/jetstream/archive',
      'worker/jetstream/bucket',
      'worker/jetstream/restore',
    ],
    packages: ['@nats-io/nats-core'],
  },
  {
    path: 'worker/jetstream/keeper-stub.ts',
    what: 'how the Keeper is reached, and what it can be asked',
    imports: ['worker', 'worker/jetstream/bucket', 'worker/jetstream/admission', 'worker/jetstream/restore'],
    packages: [],
  },
  {
    path: 'worker/jetstream',
    what: 'the Keeper: admits JetStream servers, backs up, restores',
    imports: [
      'regions',
      'worker',
      'worker/config',
      'worker/region',
      'worker/jetstream/admission',
      'worker/jetstream/bucket',
      'worker/jetstream/restore',
      'worker/jetstream/keeper-stub.ts',
    ],
    tests: ['worker/jetstream/manifest'],
    packages: ['cloudflare:workers', '@cloudflare/containers'],
  },
  {
    path: 'worker/region/monitoring-answers.ts',
    what: 'what nats-server answers on its monitoring port: types',
    imports: [],
    packages: [],
  },
  {
    path: 'worker/region',
    what: "a region's object: lifecycle, pass-through, status; how it is reached",
    // From the forecast: the format in which traffic is counted. From the decision: which addresses are one client,
    // whom a region may serve, how far it is to its peers, and where it runs.
    imports: [
      'waiting',
      'scaling',
      ...SHARED,
      'routing',
      'routing/filters',
      'routing/latency',
      'routing/places',
      'worker/mesh',
      'worker/config',
      'worker/forecast',
      'worker/jetstream/admission',
      'worker/jetstream/backup',
      'worker/jetstream/keeper-stub.ts',
      'worker/region/monitoring-answers.ts',
    ],
    packages: ['cloudflare:workers', '@cloudflare/containers'],
  },
  {
    path: 'worker/external',
    what: "external regions: connecting to somebody else's NATS servers, and whether they answer",
    imports: [...SHARED, 'waiting', 'worker'],
    packages: [],
  },
  {
    path: 'worker/sessions',
    what: 'servers of their own: their ids, the registry with their leases, their objects',
    // A server's monitoring is read as that of a region, and a leaf link is spliced as a route is.
    imports: [...SHARED, 'waiting', 'worker/config', 'worker/mesh', 'worker/region'],
    packages: ['cloudflare:workers', '@cloudflare/containers'],
  },
  {
    path: 'worker/metrics',
    what: 'the collector: asks the regions, keeps a day, and says it in the formats of Prometheus',
    imports: [
      ...SHARED,
      'waiting',
      'worker/config',
      'worker/jetstream/keeper-stub.ts',
      'worker/external',
      'worker/region',
      'worker/sessions',
    ],
    packages: ['cloudflare:workers'],
  },
  {
    path: 'worker/inspection',
    what: 'the checks of a running cluster: what the collector knows, held against what should be. Pure',
    imports: [
      ...SHARED,
      'routing',
      'routing/filters',
      'routing/latency',
      'routing/places',
      'worker/metrics',
      'worker/region',
    ],
    packages: [],
  },
  {
    path: 'worker/edge-context.ts',
    what: 'what a handler gets besides its request',
    imports: ['worker', 'worker/config'],
    packages: [],
  },
  {
    path: 'worker/connect',
    what: 'a client: arrive, decide, hand off, observe',
    imports: [
      ...SHARED,
      'waiting',
      'routing',
      'scaling',
      'worker/config',
      'worker/external',
      'worker/metrics',
      'worker/region',
      'worker/sessions',
      'worker/edge-context.ts',
    ],
    packages: [],
  },
  {
    path: 'worker/status',
    what: 'read-only answers: health, regions, mesh, a decision',
    // A decision that is shown is made in the same way as one for a client.
    imports: [
      ...SHARED,
      'waiting',
      'routing',
      'worker/config',
      'worker/mesh',
      'worker/external',
      'worker/region',
      'worker/jetstream/keeper-stub.ts',
      'worker/edge-context.ts',
      'worker/connect',
      'worker/page',
    ],
    packages: [],
  },
  {
    path: 'worker/sign-in',
    what: 'people and programs that have signed in become NATS users',
    imports: [...SHARED, 'worker/admin', 'worker/edge-context.ts'],
    packages: ['jose', '@nats-io/jwt'],
  },
  {
    path: 'worker/admin',
    what: 'authorization and what it protects: edits, drains, sessions, the audit log',
    // A session is placed as a client is.
    imports: [
      ...SHARED,
      'regions/edits',
      'waiting',
      'routing',
      'worker/live/live-stub.ts',
      'worker/rollouts/rollouts-stub.ts',
      'worker/config',
      'worker/forecast',
      'worker/jetstream/manifest',
      'worker/jetstream/admission',
      'worker/jetstream/bucket',
      'worker/jetstream/restore',
      'worker/jetstream/keeper-stub.ts',
      'worker/external',
      'worker/region',
      'worker/sessions',
      'worker/connect',
      'worker/metrics',
      'worker/inspection',
      'worker/edge-context.ts',
    ],
    packages: ['jose', 'valibot', '@nats-io/nats-core'],
    // Segments for a test's bucket are made as the writer makes them.
    tests: ['worker/index.ts', 'worker/jetstream/archive'],
  },
  {
    path: 'worker/rollouts/rollouts-stub.ts',
    what: 'how the object of rollouts is reached, and what it can be asked',
    imports: ['regions', 'api', 'worker'],
    packages: [],
  },
  {
    path: 'worker/rollouts/checks',
    what: 'what has to stay true while a rollout is under way: one check a file. Pure',
    imports: ['regions', 'api', 'worker/metrics', 'worker/region', 'worker/rollouts'],
    packages: [],
  },
  {
    path: 'worker/rollouts',
    what: 'rollouts: steps of a plan, made one after the other, watched, taken back',
    imports: [
      ...SHARED,
      'regions/edits',
      'routing',
      'waiting',
      'worker/rollouts/rollouts-stub.ts',
      'worker/rollouts/checks',
      'worker/edge-context.ts',
      'worker/config',
      'worker/admin',
      'worker/metrics',
      'worker/forecast',
    ],
    packages: ['cloudflare:workers'],
    // Through the routes, as operators come.
    tests: ['worker/router.ts'],
  },
  {
    path: 'worker/live/live-stub.ts',
    what: 'how the object of the live map is reached',
    imports: ['regions', 'worker'],
    packages: [],
  },
  {
    path: 'worker/live',
    what: 'the live map: who may look, and what is told as it changes',
    imports: [
      ...SHARED,
      'worker/live/live-stub.ts',
      'worker/edge-context.ts',
      'worker/config',
      'worker/admin',
      'worker/status',
      'worker/region',
      'worker/forecast',
      'routing',
      'routing/places',
      'waiting',
    ],
    packages: ['cloudflare:workers', 'valibot', '#map-page'],
    // Through the routes, as browsers come.
    tests: ['worker/router.ts'],
  },
  {
    path: 'worker/page',
    what: 'the page of the live map and its files, which the Worker carries: `#map-page` is the built ones, or none',
    imports: ['worker/edge-context.ts'],
    packages: ['#map-page'],
  },
  {
    path: 'worker/router.ts',
    what: 'the route table',
    imports: [
      'api',
      'worker',
      'worker/edge-context.ts',
      'worker/connect',
      'worker/status',
      'worker/admin',
      'worker/sign-in',
      'worker/live',
      'worker/page',
    ],
    packages: ['itty-router'],
    tests: ['worker/index.ts', 'regions'],
  },
  {
    path: 'worker/index.ts',
    what: 'wires it all to the platform',
    imports: [
      'worker',
      'worker/config',
      'worker/jetstream',
      'worker/metrics',
      'worker/live',
      'worker/region',
      'worker/rollouts',
      'worker/rollouts/rollouts-stub.ts',
      'worker/sessions',
      'worker/router.ts',
    ],
    packages: [],
  },
  {
    path: 'container',
    what: 'the image',
    imports: [],
    tests: ['regions', 'api'],
  },
  {
    path: 'state',
    what: 'stores of state outside of the edge (R2, JetStream KV, folders) behind one interface, and the way from one to another',
    imports: ['waiting', 'local/process-identity.ts'],
    // A test is a server that answers as S3 does when something is wrong.
    tests: ['local/listen.ts'],
  },
  {
    path: 'cli',
    what: "operators' commands",
    // The local stack leaves its address and its token.
    imports: [
      'scaling',
      'cost',
      'regions',
      'regions/rules',
      'regions/edits',
      'regions/generate',
      'api',
      'waiting',
      'state',
      'local/running-stacks.ts',
      'local/stack-secrets.ts',
      'local/auth',
    ],
    // A test closes its server as everything on one machine does.
    tests: ['local/listen.ts', 'local/binaries'],
  },
  {
    path: 'cli/infra',
    what: 'the command `npm run infra`: OpenTofu on the files of `infra/`, with its state in R2',
    // OpenTofu is found or built as nats-server is.
    imports: ['regions', 'regions/generate', 'state', 'cli', 'local/binaries'],
    tests: ['local/listen.ts'],
  },
  {
    path: 'deploy/accounts',
    what: 'an account of NATS servers in operator mode, made what its files say: claims and streams',
    imports: ['waiting', 'cli', 'deploy'],
    tests: ['regions', 'local/binaries'],
  },
  {
    path: 'deploy/plan',
    what: 'the command `npm run plan`: what a changed configuration would do, for a pull request',
    imports: ['regions', 'regions/edits', 'api', 'routing', 'worker/forecast', 'cli'],
  },
  {
    path: 'deploy/setup',
    what: 'the command `npm run setup`: asks, and writes what a fresh clone needs to be deployed',
    imports: ['cost', 'regions', 'regions/edits', 'regions/generate', 'cli'],
  },
  {
    path: 'deploy/rollback',
    what: 'the command `npm run rollback`: configuration, Worker and images of an earlier deploy, together',
    imports: ['api', 'cli', 'deploy'],
  },
  {
    path: 'deploy/canary',
    what: 'a deploy with one region first',
    // `deploy/` starts it, and it stands on the same API and the same preparations.
    imports: ['regions', 'api', 'waiting', 'cli', 'deploy'],
    tests: ['deploy/setup'],
  },
  {
    path: 'deploy',
    what: 'the command `npm run deploy`: to Cloudflare, to Synadia, or to both',
    // `accounts/` reads the environment as `secrets.ts` and `target.ts` have it; no file there imports the command.
    imports: ['regions', 'api', 'waiting', 'cli', 'cli/infra', 'deploy/accounts', 'deploy/canary'],
    tests: ['deploy/plan', 'deploy/setup', 'local/listen.ts'],
  },
  {
    path: 'local/machine.ts',
    what: 'the processor, the memory and the system of this machine',
    imports: [],
  },
  {
    path: 'local/process-identity.ts',
    what: 'a process by its id and start time',
    imports: [],
  },
  {
    path: 'local/auth',
    what: 'credentials of a local stack, and contexts of the `nats` command with which clients sign in',
    imports: ['local/trust.ts'],
  },
  {
    path: 'local/running-stacks.ts',
    what: 'where a running local stack leaves its address and its token, and how commands find them',
    imports: ['local/auth', 'local/process-identity.ts', 'local/trust.ts'],
  },
  {
    path: 'local/stack-secrets.ts',
    what: 'secrets of a running local stack, and how a command changes them',
    imports: ['local/auth', 'local/trust.ts'],
    tests: ['waiting'],
  },
  {
    path: 'local/trust.ts',
    what: 'what of a machine that others use too is trusted: folders, files and sockets',
    imports: [],
    tests: ['local/listen.ts'],
  },
  {
    path: 'local/listen.ts',
    what: 'servers of this machine: how they begin to listen, and how they are closed',
    imports: [],
  },
  {
    path: 'local/binaries',
    what: 'nats-server, k6, Prometheus and OpenTofu: found, downloaded or built on first use',
    imports: ['local/trust.ts'],
    tests: ['local/listen.ts'],
  },
  {
    path: 'local/wan',
    what: 'the latency of real distances (`--wan`)',
    imports: ['regions', 'api', 'routing', 'routing/latency'],
  },
  {
    path: 'local/engine',
    what: 'the container engine: what the Worker has of Docker, in front of what its containers run on',
    imports: ['regions', 'waiting', 'local/listen.ts', 'local/wan'],
    tests: ['local/engine/processes'],
  },
  {
    path: 'local/engine/processes',
    what: 'containers as processes of this machine',
    imports: ['regions', 'waiting', 'local/engine'],
    tests: ['local/listen.ts', 'local/process-identity.ts'],
  },
  {
    path: 'local/engine/containers',
    what: 'containers in a real engine, by its API (`--engine`)',
    imports: ['regions', 'waiting', 'local/process-identity.ts', 'local/trust.ts', 'local/engine'],
    tests: ['local/listen.ts'],
  },
  {
    path: 'local/image',
    what: 'the image on this machine: built with docker, podman or buildah',
    imports: ['local/binaries', 'local/trust.ts', 'local/engine/containers'],
  },
  {
    path: 'local/image/sbom',
    what: 'what is in the image: a bill of materials',
    imports: ['local/image'],
    // A program to read is at hand.
    tests: ['local/binaries'],
  },
  {
    path: 'local/observe',
    what: 'the command `npm run observe`: a Prometheus beside a running edge',
    imports: ['api', 'waiting', 'local', 'local/listen.ts', 'local/running-stacks.ts', 'local/binaries'],
  },
  {
    path: 'local/wrangler-dev',
    what: 'the command `npm run dev:docker`: `wrangler dev`, and what it lacks',
    imports: ['api', 'waiting', 'local/listen.ts', 'local/binaries', 'local/image'],
  },
  {
    path: 'local',
    what: 'everything on one machine, put together: the stack, its command. Of the Worker it takes the bundle',
    // Of routing, where places are.
    imports: [
      'regions',
      'regions/edits',
      'regions/generate',
      'api',
      'waiting',
      'routing',
      'routing/places',
      'local/listen.ts',
      'local/process-identity.ts',
      'local/running-stacks.ts',
      'local/stack-secrets.ts',
      'local/trust.ts',
      'local/auth',
      'local/binaries',
      'local/wan',
      'local/engine',
      'local/engine/processes',
      'local/engine/containers',
      'local/image',
    ],
    tests: ['worker/region'],
  },
  {
    path: 'site',
    what: 'the docs as a site: its pages, their order, where their links lead',
    imports: [],
    tests: ['local/listen.ts'],
  },
  {
    path: 'loadtest/lib',
    what: 'what the k6 scripts share; it runs inside k6, which has no packages',
    imports: [],
    packages: ['k6'],
    // Where the cities of the scripts lie is checked against the places of the decision, and their paths against the
    // contract.
    tests: ['api', 'routing', 'routing/places'],
  },
  {
    path: 'loadtest',
    what: 'the k6 scripts, one question each',
    imports: ['loadtest/lib'],
    packages: ['k6'],
  },
  {
    path: 'loadtest/world-map',
    what: 'maps of the world as SVG',
    imports: ['routing'],
  },
  {
    path: 'loadtest/report',
    what: "a load test's report",
    imports: ['regions', 'local/machine.ts', 'loadtest/world-map'],
  },
  {
    path: 'loadtest/run',
    what: 'the command that runs the k6 scripts',
    // It finds the deployment and its token as the operators' command does.
    imports: [
      'regions',
      'api',
      'waiting',
      'cli',
      'local/machine.ts',
      'local/listen.ts',
      'local/binaries',
      'local/engine',
      'local/engine/processes',
      'local',
      'loadtest/report',
    ],
  },
  {
    path: 'bench/load',
    what: 'clients that load a contestant, in processes of their own',
    imports: ['waiting', 'bench'],
  },
  {
    path: 'bench/contestants',
    what: 'what is compared: Meridian, and what it is held against',
    // A crowded Worker has many more regions' classes than there are; a splice tells servers to compress as Meridian does.
    imports: [
      'worker/mesh',
      'regions',
      'api',
      'regions/generate',
      'waiting',
      'worker/region/monitoring-answers.ts',
      'local/auth',
      'local/listen.ts',
      'local/engine',
      'local/engine/processes',
      'local',
      'bench/load',
      'bench',
    ],
  },
  ...['edge', 'memory', 'mesh', 'start'].map((name) => ({
    path: `bench/${name}`,
    what: `the benchmark \`${name}\``,
    imports: BENCH,
  })),
  {
    path: 'bench/backup',
    what: 'the benchmarks `backup` and `restore`',
    // The prices.
    imports: ['cost', 'regions', 'api', 'waiting', ...BENCH],
  },
  {
    path: 'bench/growth',
    what: 'the benchmark `growth`',
    imports: ['bench', 'bench/contestants'],
  },
  {
    path: 'bench/members',
    what: 'the benchmark `members`',
    // A route is spliced with the Worker's own greeting.
    imports: [
      'waiting',
      'worker/mesh',
      'local/engine/processes',
      'local/listen.ts',
      'local',
      'bench',
      'bench/contestants',
      'bench/load',
    ],
  },
  {
    path: 'bench/doors',
    what: 'the benchmark `doors`',
    imports: [...BENCH, 'regions', 'local/engine/processes', 'local/listen.ts'],
  },
  {
    path: 'bench/decision',
    what: 'the benchmark `decision`',
    imports: ['regions', 'routing', 'routing/places', 'local', 'bench'],
  },
  {
    path: 'bench/hand-off',
    what: 'the benchmark `hand-off`; what it runs in workerd is in `workerd/`',
    imports: ['worker', 'worker/connect', 'local', ...BENCH],
  },
  {
    path: 'bench/first-visit',
    what: 'the benchmark `first-visit`; what it puts into the Worker is in `workerd/`',
    imports: ['routing', 'worker/edge-context.ts', 'worker/connect', ...BENCH],
  },
  {
    path: 'bench/distance',
    what: 'the benchmarks `distance` and `flood`, and the link that they put between two servers',
    imports: ['local/binaries', 'local', 'bench/mesh', ...BENCH],
  },
  {
    path: 'bench/twelve',
    what: 'the benchmark `twelve`',
    imports: ['api', 'bench', 'bench/contestants'],
  },
  {
    path: 'bench/wan',
    what: 'the benchmark `wan`, which runs k6 scripts',
    imports: ['loadtest/report', 'bench', 'bench/contestants'],
  },
  {
    path: 'bench/metrics',
    what: 'the benchmark `metrics`',
    imports: BENCH,
  },
  {
    path: 'bench',
    what: 'the command that runs benchmarks, and what all of them use',
    // `benchmarks.ts` lists them, and each of them is given the context and gives the result that are defined here.
    imports: [
      'regions',
      'local/machine.ts',
      'local/binaries',
      'local',
      'bench/load',
      'bench/contestants',
      'bench/backup',
      'bench/edge',
      'bench/growth',
      'bench/members',
      'bench/doors',
      'bench/memory',
      'bench/mesh',
      'bench/distance',
      'bench/start',
      'bench/twelve',
      'bench/wan',
      'bench/decision',
      'bench/hand-off',
      'bench/first-visit',
      'bench/metrics',
    ],
  },
  {
    path: 'tools',
    what: 'what is run by hand, and what its parts share',
    imports: ['routing'],
  },
  {
    path: 'tools/fit',
    what: 'fits the latency model to measurements',
    imports: ['routing', 'routing/latency', 'tools'],
  },
  {
    path: 'tools/cost-page',
    what: 'writes the tables of docs/cost.md',
    imports: ['cost', 'regions'],
  },
  {
    path: 'tools/places',
    what: 'writes the packed tables of `routing/places/`',
    imports: ['routing', 'routing/places', 'tools'],
  },
  {
    path: 'tools/population',
    what: 'writes the world population of `worker/forecast/`',
    imports: ['routing', 'tools'],
    tests: ['routing/places', 'worker/forecast'],
  },
  {
    path: 'tools/openapi',
    what: 'writes what is made from the contract: the OpenAPI document, tables of docs/http-api.md and docs/sessions.md',
    imports: ['api'],
    // What is generated is compared with what ships.
    tests: ['worker/status'],
  },
  {
    path: 'tools/imports',
    what: 'checks who imports whom, and writes this table',
    imports: [],
  },
  {
    path: 'tools/simulate',
    what: 'shows what a configuration would do, on scenarios and on a map; it writes nothing that is checked in',
    // It learns as a data center does (`worker/connect/colo-record.ts` and `whom-to-ask.ts`, pure), and draws a map.
    imports: [
      'regions',
      'routing',
      'routing/latency',
      'routing/places',
      'worker/connect',
      'loadtest/world-map',
      'tools',
    ],
  },
  {
    path: 'map/src',
    what: 'the page of the live map. Of `api/` it takes paths, states and types: its schemas stay in the Worker',
    imports: ['api', 'routing', 'loadtest/world-map'],
    packages: ['preact', 'virtual:coast-line'],
  },
  {
    path: 'map/build',
    what: 'what of the page is made when it is built: the coast line',
    imports: ['map/src'],
  },
  {
    path: 'map',
    what: 'the command `npm run map`: builds the page, serves its sources, takes its pictures',
    imports: ['map/build', 'local', 'test/support', 'worker/page'],
  },
  {
    path: 'clients/typescript',
    what: 'a client of an edge by its address alone, and the controller that uses it; `clients/go/` is the same in Go',
    imports: [],
    tests: ['waiting'],
  },
  {
    path: 'examples',
    what: 'small clients to start from',
    imports: [],
    tests: ['local/listen.ts'],
  },
  {
    path: 'test/support',
    what: 'what all tests share',
    imports: ['*'],
  },
  {
    path: 'test/outages',
    what: 'the command `npm run outages`. It is among the tests because it runs on their support and `failure/` runs its parts',
    imports: [
      'regions',
      'api',
      'waiting',
      'local/binaries',
      'local/engine',
      'local',
      'tools/simulate',
      'test/support',
    ],
  },
  {
    path: 'test/image',
    what: 'the command `npm run image`. It is among the tests because it runs on their support',
    imports: ['regions', 'waiting', 'local/binaries', 'local/image', 'local/image/sbom', 'test/support'],
  },
  {
    path: 'test/survival',
    what: 'the command `npm run survival`. It is among the tests for the same reasons, and strikes servers as `outages/` does',
    imports: [
      'regions',
      'api',
      'waiting',
      'local/engine',
      'local',
      'tools/simulate',
      'test/support',
      'test/outages',
    ],
  },
  {
    path: 'test',
    what: 'what crosses folders, end to end: contract, failure, examples, loadtest, local, wan',
    imports: ['*'],
  },
];
