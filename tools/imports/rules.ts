// Which part of the code may import what. The check and the table in docs/architecture.md are made from this list, in
// its order. Imports of types count like any other.

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
  /** Packages, with all that is in them, and modules of the platform that it may import. Absent: any, since it does not ship. */
  readonly packages?: readonly string[];
  /** What its tests may import besides: they may import test/support in any case. */
  readonly tests?: readonly string[];
}

// Folders with the subfolders that others may use, where nearly all of what ships is needed.
const REGIONS = ['regions', 'regions/rules', 'regions/edits'];
const ROUTING = ['routing', 'routing/filters', 'routing/latency', 'routing/places'];
const PURE = [...REGIONS, 'api', ...ROUTING];
const SHARED = [...REGIONS, 'api', 'waiting', 'worker'];
const LOCAL = ['local', 'local/listen.ts', 'local/machine.ts', 'local/binaries', 'local/engine'];
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
    what: 'what is generated from it: the parts of wrangler.toml, the classes, the JSON Schema, its reference',
    // Apart from the rest because of its packages, which must not get into the Worker.
    imports: ['regions'],
    packages: ['valibot', '@valibot/to-json-schema', 'smol-toml'],
  },
  {
    path: 'api',
    what: 'the wire contract. Pure',
    imports: ['regions'],
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
    imports: [...REGIONS, 'api', 'routing/filters', 'routing/latency', 'routing/places'],
    packages: [],
  },
  {
    path: 'routing/filters',
    what: 'what leaves a region out or moves it: one filter a file. Pure',
    imports: ['regions', 'api', 'routing'],
    packages: [],
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
    path: 'worker',
    what: 'the bindings, and what everything in the Worker uses: errors, waiting times',
    imports: [...REGIONS, 'api'],
    packages: [],
  },
  {
    path: 'worker/mesh',
    what: 'topology, route handshake, splice, keeping links. Knows bytes and peers, no objects',
    imports: SHARED,
    packages: [],
  },
  {
    path: 'worker/config',
    what: 'the one writer of the configuration, what may be stored (pure), the copy of each isolate',
    // An isolate's copy holds the plan that routes, compiled.
    imports: [...SHARED, ...ROUTING],
    packages: ['cloudflare:workers'],
  },
  {
    path: 'worker/forecast',
    what: 'whom an edit would move, by replaying traffic through the decision. Pure',
    imports: PURE,
    packages: [],
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
    // Of the forecast it takes the form in which traffic is counted.
    imports: [
      ...SHARED,
      'worker/mesh',
      'worker/config',
      'worker/forecast',
      'worker/region/monitoring-answers.ts',
    ],
    packages: ['cloudflare:workers', '@cloudflare/containers'],
  },
  {
    path: 'worker/edge-context.ts',
    what: 'what a handler has besides its request',
    imports: ['worker', 'worker/config'],
    packages: [],
  },
  {
    path: 'worker/connect',
    what: 'a client: arrive, decide, hand off, observe',
    imports: [...SHARED, ...ROUTING, 'worker/config', 'worker/region', 'worker/edge-context.ts'],
    packages: [],
  },
  {
    path: 'worker/status',
    what: 'what there is to see: health, regions, mesh, a decision',
    // A decision that is shown is made as one for a client is.
    imports: [
      ...SHARED,
      ...ROUTING,
      'worker/mesh',
      'worker/region',
      'worker/edge-context.ts',
      'worker/connect',
    ],
    packages: [],
  },
  {
    path: 'worker/admin',
    what: 'who may do what, and doing it: edits, drains, the audit log',
    imports: [
      ...SHARED,
      ...ROUTING,
      'worker/config',
      'worker/forecast',
      'worker/region',
      'worker/edge-context.ts',
    ],
    packages: ['jose', 'valibot'],
    tests: ['worker/index.ts'],
  },
  {
    path: 'worker/router.ts',
    what: 'the route table',
    imports: ['api', 'worker', 'worker/edge-context.ts', 'worker/connect', 'worker/status', 'worker/admin'],
    packages: ['itty-router'],
    tests: ['worker/index.ts'],
  },
  {
    path: 'worker/index.ts',
    what: 'wires it all to the platform',
    imports: ['worker', 'worker/config', 'worker/region', 'worker/edge-context.ts', 'worker/router.ts'],
    packages: [],
  },
  {
    path: 'container',
    what: 'the image',
    imports: [],
    tests: ['regions'],
  },
  {
    path: 'cli',
    what: "operators' commands",
    imports: [...REGIONS, 'regions/generate', 'api'],
    // A test closes its server as everything on one machine does.
    tests: ['local/listen.ts'],
  },
  {
    path: 'local/machine.ts',
    what: 'the processor, the memory and the system of this machine',
    imports: [],
  },
  {
    path: 'local/listen.ts',
    what: 'servers of this machine: how they begin to listen, and how they are closed',
    imports: [],
  },
  {
    path: 'local/binaries',
    what: 'nats-server and k6: found, downloaded or built on first use',
    imports: [],
    tests: ['local/listen.ts'],
  },
  {
    path: 'local/wan',
    what: 'the latency of real distances (`--wan`)',
    imports: PURE,
  },
  {
    path: 'local/engine',
    what: 'the container engine: what the Worker has of Docker, as processes',
    imports: [...REGIONS, 'waiting', 'local/listen.ts', 'local/wan'],
    tests: ['local'],
  },
  {
    path: 'local',
    what: 'everything on one machine, put together: the stack, its command. Of the Worker it takes the bundle',
    imports: [
      ...PURE,
      'waiting',
      'regions/generate',
      'local/listen.ts',
      'local/machine.ts',
      'local/binaries',
      'local/engine',
      'local/wan',
    ],
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
    imports: ['regions', 'api', 'loadtest/world-map', 'local/machine.ts'],
  },
  {
    path: 'loadtest/run',
    what: 'the command that runs the k6 scripts',
    // It finds the deployment and its token as the operators' command does.
    imports: [...PURE, 'waiting', ...LOCAL, 'cli', 'loadtest/lib', 'loadtest/report'],
  },
  {
    path: 'bench/load',
    what: 'clients that load a contestant, in processes of their own',
    imports: ['bench', 'waiting'],
  },
  {
    path: 'bench/contestants',
    what: 'what is compared: Meridian, and what it is held against',
    // A crowded Worker has many more regions' classes than there are.
    imports: [
      ...REGIONS,
      'waiting',
      'regions/generate',
      'worker/region/monitoring-answers.ts',
      ...LOCAL,
      'bench',
      'bench/load',
    ],
  },
  ...['edge', 'growth', 'memory', 'mesh', 'start'].map((name) => ({
    path: `bench/${name}`,
    what: `the benchmark \`${name}\``,
    imports: BENCH,
  })),
  {
    path: 'bench/decision',
    what: 'the benchmark `decision`',
    imports: [...BENCH, ...PURE, 'local'],
  },
  {
    path: 'bench',
    what: 'the command that runs benchmarks, and what all of them use',
    // `benchmarks.ts` lists them, and each of them is given the context and gives the result that are defined here.
    imports: [
      ...REGIONS,
      ...LOCAL,
      'bench/contestants',
      'bench/load',
      'bench/decision',
      'bench/edge',
      'bench/growth',
      'bench/memory',
      'bench/mesh',
      'bench/start',
    ],
  },
  {
    path: 'tools',
    what: 'what is run by hand, and what its parts share',
    imports: ROUTING,
  },
  {
    path: 'tools/fit',
    what: 'fits the latency model to measurements',
    imports: [...ROUTING, 'tools'],
  },
  {
    path: 'tools/places',
    what: 'writes the packed tables of `routing/places/`',
    imports: [...ROUTING, 'tools'],
  },
  {
    path: 'tools/population',
    what: 'writes the world population of `worker/forecast/`',
    imports: [...ROUTING, 'tools'],
    tests: ['worker/forecast'],
  },
  {
    path: 'tools/openapi',
    what: 'writes what is made from the contract: the OpenAPI document, tables of docs/http-api.md',
    imports: ['regions', 'api'],
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
    // It learns as a data center does (`worker/connect/colo-record.ts`, pure), and draws a map.
    imports: [...PURE, 'worker/connect', 'loadtest/world-map', 'tools'],
  },
  {
    path: 'examples',
    what: 'small clients to start from',
    imports: [],
  },
  {
    path: 'test/support',
    what: 'what all tests share',
    imports: ['*'],
  },
  {
    path: 'test/outages',
    what: 'the command `npm run outages`. It is among the tests because it runs on their support and `failure/` runs its parts',
    imports: [...REGIONS, 'api', 'waiting', ...LOCAL, 'local/wan', 'tools/simulate', 'test/support'],
  },
  {
    path: 'test',
    what: 'what crosses folders, end to end: contract, failure, examples, loadtest, local, wan',
    imports: ['*'],
  },
];
