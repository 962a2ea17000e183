// Which part of the code may import what. The check and the table in docs/architecture.md are made from this list, in
// its order. Imports of types count like any other.

/** A folder, or a file that stands between folders. The part with the longest path that fits a file is the file's. */
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

// Used where nearly all of what ships is needed.
const PURE = ['regions', 'api', 'routing'];
const SHARED = ['regions', 'api', 'waiting', 'worker'];

export const PARTS: readonly Part[] = [
  {
    path: 'regions',
    what: 'the configuration: schema, rules, edits, names, `regions.json`. Pure',
    imports: [],
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
    imports: ['regions', 'api'],
    packages: [],
    // How well the latency model does is told by the measurements that it was fitted to.
    tests: ['tools'],
  },
  {
    path: 'worker',
    what: 'the bindings, and what everything in the Worker uses: errors, waiting times',
    imports: ['regions', 'api'],
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
    imports: [...SHARED, 'routing'],
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
    imports: [...SHARED, 'routing', 'worker/config', 'worker/region', 'worker/edge-context.ts'],
    packages: [],
  },
  {
    path: 'worker/status',
    what: 'what there is to see: health, regions, mesh, a decision',
    // A decision that is shown is made as one for a client is.
    imports: [
      ...SHARED,
      'routing',
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
      'routing',
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
    imports: ['regions', 'regions/generate', 'api'],
    // A test closes its server as everything on one machine does.
    tests: ['local'],
  },
  {
    path: 'local/machine.ts',
    what: 'the processor, the memory and the system of this machine',
    imports: [],
  },
  {
    path: 'local',
    what: 'everything on one machine: the container engine, the stack, the binaries, the distances of the world (`--wan`). Of the Worker it takes the bundle',
    imports: [...PURE, 'waiting', 'regions/generate', 'local/machine.ts'],
  },
  {
    path: 'loadtest',
    what: 'the k6 scripts and their `lib/`; they run inside k6, which has no packages',
    imports: [],
    packages: ['k6'],
    // Where the cities of the scripts lie is checked against the places of the decision, and their paths against the
    // contract.
    tests: ['routing', 'api'],
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
    imports: [...PURE, 'waiting', 'local', 'local/machine.ts', 'cli', 'loadtest', 'loadtest/report'],
  },
  {
    path: 'bench',
    what: 'benchmarks and their contestants',
    // A crowded Worker has many more regions' classes than there are.
    imports: [
      ...PURE,
      'waiting',
      'regions/generate',
      'worker/forecast',
      'worker/region/monitoring-answers.ts',
      'local',
      'local/machine.ts',
    ],
  },
  {
    path: 'tools',
    what: 'what is run by hand and writes into the repository: fit, places, population, simulate, this table',
    // The simulation learns as a data center does (`worker/connect/colo-record.ts`, pure), and draws a map.
    imports: [...PURE, 'worker/forecast', 'worker/connect', 'loadtest/world-map'],
    // What is generated is compared with what ships.
    tests: ['worker/status'],
  },
  {
    path: 'examples',
    what: 'small clients to start from',
    imports: [],
  },
  {
    path: 'test',
    what: 'what crosses folders, and `support/` for all tests',
    imports: ['*'],
  },
];
