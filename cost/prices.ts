// What everything costs that a deployment may be billed for, and what stands beside it: list prices in dollars, each with
// what is included, how it is rounded, the page that says so, and the day on which that was read. The only place of them.
// A change of a price is a change of this file, of its date too; cost/price-pages.test.ts holds it against the pages' own examples.

export interface Price {
  /** Dollars for `per` units. */
  readonly dollars: number;
  readonly per: number;
  readonly unit: string;
  /** Units of each month that cost nothing, for the whole account. */
  readonly included: number;
  /** What is beyond the included is rounded up to whole multiples of so many units. Absent: it is not. */
  readonly roundedTo?: number;
  readonly service: string;
  readonly source: string;
  /** The day on which the page, or a stored copy of it, was read. */
  readonly readOn: string;
}

const MILLION = 1_000_000;
const SECONDS_PER_HOUR = 3_600;

const CLOUDFLARE = 'https://developers.cloudflare.com';
const CONTAINERS = {
  service: 'Cloudflare Containers',
  source: `${CLOUDFLARE}/containers/pricing/`,
  readOn: '2026-11-28',
  per: 1,
};
const WORKERS = {
  service: 'Cloudflare Workers',
  source: `${CLOUDFLARE}/workers/platform/pricing/`,
  readOn: '2026-11-28',
};
const OBJECTS = {
  service: 'Cloudflare Durable Objects',
  source: `${CLOUDFLARE}/durable-objects/platform/pricing/`,
  readOn: '2026-11-28',
  per: MILLION,
  roundedTo: MILLION,
};
const R2 = { service: 'Cloudflare R2', source: `${CLOUDFLARE}/r2/pricing/`, readOn: '2026-11-28' };

export const PRICES = {
  plan: { ...WORKERS, dollars: 5, per: 1, unit: 'month', included: 0 },
  workerRequests: { ...WORKERS, dollars: 0.3, per: MILLION, unit: 'request', included: 10 * MILLION },
  workerCpu: { ...WORKERS, dollars: 0.02, per: MILLION, unit: 'CPU millisecond', included: 30 * MILLION },
  logEvents: {
    ...WORKERS,
    source: `${CLOUDFLARE}/workers/observability/logs/workers-logs/`,
    dollars: 0.6,
    per: MILLION,
    unit: 'log event',
    included: 20 * MILLION,
  },

  /** Of what it was given, while it runs. */
  memory: {
    ...CONTAINERS,
    dollars: 0.000_002_5,
    unit: 'GiB-second',
    included: 25 * SECONDS_PER_HOUR,
  },
  /** Of what it was given, while it runs. */
  disk: { ...CONTAINERS, dollars: 0.000_000_07, unit: 'GB-second', included: 200 * SECONDS_PER_HOUR },
  /** Of what it used. */
  cpu: { ...CONTAINERS, dollars: 0.000_02, unit: 'vCPU-second', included: 375 * 60 },
  /** By where it runs. */
  egressNorthAmericaAndEurope: { ...CONTAINERS, dollars: 0.025, unit: 'GB', included: 1_000 },
  egressOceaniaKoreaTaiwan: { ...CONTAINERS, dollars: 0.05, unit: 'GB', included: 500 },
  egressElsewhere: { ...CONTAINERS, dollars: 0.04, unit: 'GB', included: 500 },

  objectRequests: { ...OBJECTS, dollars: 0.15, unit: 'request', included: MILLION },
  objectDuration: { ...OBJECTS, dollars: 12.5, unit: 'GB-second', included: 400_000 },

  r2Storage: { ...R2, dollars: 0.015, per: 1, unit: 'GB-month', included: 10, roundedTo: 1 },
  r2ClassA: {
    ...R2,
    dollars: 4.5,
    per: MILLION,
    unit: 'class A operation',
    included: MILLION,
    roundedTo: MILLION,
  },
  r2ClassB: {
    ...R2,
    dollars: 0.36,
    per: MILLION,
    unit: 'class B operation',
    included: 10 * MILLION,
    roundedTo: MILLION,
  },
} as const satisfies Readonly<Record<string, Price>>;

export type PriceId = keyof typeof PRICES;

/** Memory that an object is billed for while it is in memory, whatever it uses: 128 MB, as Cloudflare's own examples count. */
export const OBJECT_GB = 0.128;

/** Messages that a WebSocket brings to an object, for each request that is billed. */
export const WEBSOCKET_MESSAGES_PER_REQUEST = 20;
