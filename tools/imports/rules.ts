// Which part of the code may import what. The check and the table in docs/architecture.md follow this list and its
// order. Imports of types count like any other.

/** A folder, or a file with rules of its own. A file belongs to the part with the longest path that matches it. */
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

// Imports that many parts share.
const PURE = ['regions', 'api', 'routing'];
const SHARED = ['regions', 'api', 'worker'];

export const PARTS: readonly Part[] = [
  {
    path: 'regions',
    what: 'the configuration: schema, rules, edits, names, `regions.json`. Pure',
    imports: [],
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
    imports: ['regions'],
    packages: ['valibot'],
  },
  {
    path: 'routing',
    what: 'the decision. Pure: no I/O, no clock, no randomness; compiled with no ambient types to prove it',
    imports: ['regions', 'api'],
    packages: [],
    // Tests compare the latency model with the measurements that it was fitted to.
    tests: ['tools'],
  },
  {
    path: 'worker',
    what: 'the bindings, and what all of the Worker shares: errors, waiting times',
    imports: ['regions', 'api'],
    packages: [],
    // What no route may do is tested on the whole Worker.
    tests: ['worker/index.ts'],
  },
  {
    path: 'worker/mesh',
    what: 'topology, route handshake, splice, keeping links up. Knows bytes and peers, but no objects',
    imports: SHARED,
    packages: [],
  },
  {
    path: 'worker/config',
    what: "the only writer of the configuration, the rules for what may be stored (pure), each isolate's copy",
    // An isolate's copy contains the compiled plan that routing uses.
    imports: [...SHARED, 'routing'],
    packages: ['cloudflare:workers'],
  },
  {
    path: 'worker/forecast',
    what: 'which clients an edit would move, by replaying traffic through the decision. Pure',
    imports: PURE,
    packages: [],
  },
  {
    path: 'worker/region',
    what: "a region's object: lifecycle, pass-through, status; how it is reached",
    // From the forecast: the format in which traffic is counted. From the decision: which addresses are one client, and
    // whom a region may serve.
    imports: [...SHARED, 'routing', 'worker/mesh', 'worker/config', 'worker/forecast'],
    packages: ['cloudflare:workers', '@cloudflare/containers'],
  },
  {
    path: 'worker/edge-context.ts',
    what: 'what a handler gets besides its request',
    imports: ['worker', 'worker/config'],
    packages: [],
  },
  {
    path: 'worker/connect',
    what: 'client connections: arrive, decide, hand off, observe',
    imports: [...SHARED, 'routing', 'worker/config', 'worker/region', 'worker/edge-context.ts'],
    packages: [],
  },
  {
    path: 'worker/status',
    what: 'read-only answers: health, regions, mesh, a decision',
    // A decision that is shown is made in the same way as one for a client.
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
    what: 'authorization and what it protects: edits, drains, the audit log',
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
  },
  {
    path: 'cli',
    what: "operators' commands",
    imports: ['regions', 'regions/generate', 'api'],
  },
  {
    path: 'local',
    what: 'everything on one machine: the container engine, the stack, the binaries, the latency of real distances (`--wan`). It imports nothing of the Worker, but runs its bundle',
    imports: [...PURE, 'regions/generate'],
  },
  {
    path: 'loadtest',
    what: 'the k6 scripts and their `lib/`; they run inside k6, which has no packages',
    imports: [],
    packages: ['k6'],
    // Tests compare the coordinates of the scripts' cities with routing's own.
    tests: ['routing'],
  },
  {
    path: 'loadtest/world-map',
    what: 'maps of the world as SVG',
    imports: ['routing'],
  },
  {
    path: 'loadtest/report',
    what: "a load test's report",
    imports: ['regions', 'api', 'loadtest/world-map'],
  },
  {
    path: 'loadtest/run',
    what: 'the command that runs the k6 scripts',
    // It finds the deployment and its token in the same way as the operators' commands.
    imports: [...PURE, 'local', 'cli', 'loadtest', 'loadtest/report'],
  },
  {
    path: 'bench',
    what: 'benchmarks and their contestants',
    // A benchmark builds Workers with many more regions.
    imports: [...PURE, 'regions/generate', 'worker/forecast', 'local'],
  },
  {
    path: 'tools',
    what: 'what is run by hand and writes into the repository: fit, places, population, simulate, this table',
    // The simulation learns as a data center does (with `worker/connect/colo-record.ts`, pure), and draws a map.
    imports: [...PURE, 'worker/forecast', 'worker/connect', 'loadtest/world-map'],
    // Tests compare generated files with those that ship.
    tests: ['worker/status'],
  },
  {
    path: 'examples',
    what: 'small clients to start from',
    imports: [],
  },
  {
    path: 'test',
    what: 'tests that cross folders, and `support/` for all tests',
    imports: ['*'],
  },
];
