// An edge that answers as a test specifies, and records the requests.

import { createServer, type IncomingMessage } from 'node:http';
import { ARCHIVE_TYPE } from '../../api/archive.ts';
import type { DryRun, LiveConfig, Published, VersionInfo } from '../../api/config.ts';
import type { ConfigBackup } from '../../api/config-backup.ts';
import type { ErrorDetails } from '../../api/error-answer.ts';
import type { Forecast } from '../../api/forecast.ts';
import type { Health } from '../../api/health.ts';
import type { RegionView, RegionViews } from '../../api/regions.ts';
import type { Route } from '../../api/route.ts';
import { closeServer, LOOPBACK, listenOnLoopback } from '../../local/listen.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { diffConfigs, platformChanges } from '../../regions/edits/diff.ts';
import checkedIn from '../../regions/regions.json' with { type: 'json' };
import { validateConfig } from '../../regions/validate.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeEdge extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
}

/** By method and path, `PUT /api/config`. What is missing answers 404, as something that is no edge would. */
export type Answers = Readonly<Record<string, Answer | ((asked: Asked) => Answer | Promise<Answer>)>>;

export async function startFakeEdge(answers: Answers): Promise<FakeEdge> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const now = await read(request);
    asked.push(now);
    const found = answers[`${now.method} ${now.path}`] ?? { status: 404, body: 'nothing here' };
    const { status = 200, body, headers = {} } = typeof found === 'function' ? await found(now) : found;
    response.writeHead(status, { connection: 'close', ...headers });
    response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  });
  const port = await listenOnLoopback(server);
  return {
    url: `http://${LOOPBACK}:${port}`,
    asked,
    [Symbol.asyncDispose]: () => closeServer(server),
  };
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const isArchive = request.headers['content-type'] === ARCHIVE_TYPE;
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    authorization: request.headers.authorization,
    body: isArchive ? bytes : bytes.length === 0 ? undefined : JSON.parse(bytes.toString()),
  };
}

/** The backup of the configuration, with nothing that waits. */
export const CONFIG_BACKUP: ConfigBackup = {
  ...{
    version: 7,
    store: '20261126T193317Z-1a2b3c4d',
    restoredFrom: null,
    versionsBehind: 0,
    entriesBehind: 0,
  },
  ...{ behindSince: null, missed: { versions: 0, entries: 0 }, writtenAt: '2026-11-26T20:00:00.000Z' },
  ...{ problem: null, problemSince: null, earlier: null, earlierProblem: null },
};

/** An error in the form of the edge. */
export function refusal(status: number, code: string, more: ErrorDetails = {}): Answer {
  return { status, body: { error: { code, message: `refused: ${code}`, ...more } } };
}

export const CONFIG: MeridianConfig = (() => {
  const result = validateConfig(checkedIn);
  if (!result.ok) throw new Error('regions.json is not valid');
  return result.config;
})();

export const INFO: VersionInfo = {
  version: 7,
  author: 'alice',
  time: '2026-11-23T14:06:54.123Z',
  message: 'less of apac',
};

/** What it answers to an edit. */
export const PUBLISHED: Published = { ...INFO, version: 8, changes: [], warnings: [] };

export const FORECAST: Forecast = {
  source: 'population',
  clients: 0,
  samples: 2_000,
  marginShare: 0.01,
  confidence: 'low: cities of the world, by population',
  movedShare: 0.123,
  moves: [{ from: 'weur', to: 'eeur', share: 0.123, countries: [{ country: 'DE', share: 0.1 }], colos: [] }],
  latency: { before: { meanMs: 30, p95Ms: 80 }, after: { meanMs: 31.4, p95Ms: 81 }, worst: [] },
  limits: [{ region: 'eeur', clients: 12_000.4, limit: 10_000, kind: 'hard' }],
  servers: [],
  cost: {
    before: { low: 130, mid: 148.4, high: 163 },
    after: { low: 130, mid: 148.4, high: 163 },
    drivers: [],
    pricesReadOn: '2026-11-28',
    arePricesStale: false,
  },
  unserved: [
    { country: 'KP', share: 0.0002, isNew: true },
    { country: 'AQ', share: 0, isNew: false },
  ],
  regions: [],
  refused: { before: 0, after: 0.0002 },
};

const ROUTE: Route = {
  region: 'weur',
  version: 7,
  entry: { source: 'colo', value: 'LHR', coordinates: { latitude: 51.5, longitude: -0.5 } },
  failover: null,
  candidates: [
    {
      rank: 1,
      region: 'weur',
      estimate: { priorMs: 12.4, measuredMs: null, samples: 0, finalMs: 12.4 },
      effects: [],
      tier: 0,
      scoreMs: 12.4,
    },
  ],
  rejected: [],
  pinned: false,
  panic: false,
  notes: [],
};

/** A region that is up, unless a test specifies otherwise. */
export function regionView(of: Partial<RegionView> = {}): RegionView {
  const { id = 'weur' } = of;
  return {
    id,
    name: 'Western Europe',
    hint: 'weur',
    placement: ['WEUR'],
    latitude: 50,
    longitude: 5,
    enabled: true,
    keepAwake: true,
    jetstream: false,
    region: id,
    state: 'up',
    since: 0,
    clients: 3,
    objectAgeMs: 60_000,
    peers: [],
    ...of,
  };
}

/** What an edge answers that has version 7 and takes every edit. */
export function livingEdge(config: MeridianConfig = CONFIG): Answers {
  return {
    'GET /api/config': { body: { ...INFO, config } satisfies LiveConfig },
    'POST /api/config/dry-run': ({ body }) => {
      const changes = diffConfigs(config, (body as { config: MeridianConfig }).config);
      const needsDeploy = platformChanges(changes);
      const dryRun: DryRun = { base: 7, changes, needsDeploy, warnings: [], forecast: FORECAST };
      return { body: dryRun };
    },
    'PUT /api/config': { body: { ...PUBLISHED, author: 'bob', message: 'test' } },
    'GET /api/route': { body: ROUTE },
    'GET /health': {
      body: {
        ...{ ok: true, version: 7, regions: config.regions.map(({ id }) => id), others: [] },
        jetstream: { ok: true },
      } satisfies Health,
    },
    'GET /api/regions': {
      body: {
        version: 7,
        regions: config.regions.map(({ id, name }) => regionView({ id, name })),
      } satisfies RegionViews,
    },
  };
}
