// The tables of docs/cost.md, computed by the model: what the page shows is what the command would say. Pure.

import { dropletOf } from '../../cost/alternatives.ts';
import { ASSUMPTIONS, type Assumptions, type Range } from '../../cost/assumptions.ts';
import { atListPrice, charge } from '../../cost/charge.ts';
import { dollarsPerMonth } from '../../cost/container-cost.ts';
import { cost } from '../../cost/cost.ts';
import { SECONDS_PER_MONTH } from '../../cost/month.ts';
import { AWS } from '../../cost/other-prices.ts';
import { OBJECT_GB, PRICES, type Price } from '../../cost/prices.ts';
import { resolveTraffic, type Traffic } from '../../cost/traffic.ts';
import type { TrafficOptions } from '../../cost/traffic-options.ts';
import { DRIVER_TEXT } from '../../cost/use.ts';
import { isExternal, type MeridianConfig, type RegionConfig } from '../../regions/config.ts';
import { containerSize } from '../../regions/container-size.ts';
import { instanceLimits } from '../../regions/instance-limits.ts';
import { INSTANCE_TYPES } from '../../regions/instance-types.ts';

type Rows = readonly (readonly string[])[];

/** By name: what stands between `<!-- computed: NAME -->` and the next blank line of the page. */
export const TABLES: Readonly<Record<string, (config: MeridianConfig) => Rows>> = {
  'as checked in': asCheckedIn,
  'by fan-out': byFanOut,
  'by hours': byHours,
  'always on': () => alwaysOn(),
  'storage claims': () => storageClaims(),
  'container claims': () => containerClaims(),
  prices: () => pricesTable(),
  assumptions: () => assumptionsTable(),
};

/** The page, with each of its tables as it should be. @throws RangeError on a name that there is no table of */
export function withTables(page: string, config: MeridianConfig): string {
  return page.replaceAll(
    /(<!-- computed: ([^>]+) -->\n\n)(?:\|[^\n]*\n)*/g,
    (_all, head: string, name: string) => {
      const table = TABLES[name];
      if (table === undefined) throw new RangeError(`there is no table "${name}"`);
      return `${head}${markdown(table(config))}`;
    },
  );
}

function markdown([head = [], ...rows]: Rows): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

const money = (dollars: number) => dollars.toFixed(2);
const ranged = ({ low, mid, high }: Range) => [money(low), money(mid), money(high)];

function trafficOf(options: TrafficOptions, config: MeridianConfig): Traffic {
  const resolved = resolveTraffic(options, config);
  if (!resolved.ok) throw new RangeError(JSON.stringify(resolved.problems));
  return resolved.traffic;
}
const costOf = (config: MeridianConfig, options: TrafficOptions) => cost(config, trafficOf(options, config));

/** A thousand clients, of whom each message reaches ten. */
const ORDINARY = { clients: 1_000, messages: 100, size: 128, fanOut: 10 };

function asCheckedIn(config: MeridianConfig): Rows {
  const { drivers, total } = costOf(config, ORDINARY);
  return [
    ['$ a month', 'low', 'mid', 'high'],
    ...drivers
      .filter(({ dollars }) => dollars.high > 0)
      .map(({ driver, dollars }) => [DRIVER_TEXT[driver], ...ranged(dollars)]),
    ['**together**', ...ranged(total).map((each) => `**${each}**`)],
  ];
}

function byFanOut(config: MeridianConfig): Rows {
  return [
    ['clients that get each message', 'GB to clients', 'GB between servers', '$ for them', '$ together'],
    ...[1, 10, 100, 1_000].map((fanOut) => {
      const { lines, total } = costOf(config, { clients: 1_000, messages: 100, size: 1_000, fanOut });
      const of = (driver: string) => lines.filter((line) => line.driver === driver);
      const gb = (driver: string) => of(driver).reduce((sum, { quantity }) => sum + quantity.mid, 0);
      const sent = [...of('egress'), ...of('mesh')].reduce((sum, { dollars }) => sum + dollars.mid, 0);
      return [whole(fanOut), whole(gb('egress')), whole(gb('mesh')), money(sent), money(total.mid)];
    }),
  ];
}

function byHours(config: MeridianConfig): Rows {
  const sleeping = changed(config, { keepAwake: false, jetstream: false });
  const basic = changed(sleeping, { instanceType: 'basic' });
  const load = { clients: 60, messages: 10 };
  return [
    ['hours a day with clients', 'as checked in', 'all may sleep', 'all may sleep, all `basic`'],
    ...[0, 1, 4, 8, 24].map((hours) => {
      const options = hours === 0 ? {} : { ...load, hours };
      return [
        String(hours),
        ...[config, sleeping, basic].map((each) => money(costOf(each, options).total.mid)),
      ];
    }),
  ];
}

function changed(config: MeridianConfig, change: Partial<RegionConfig>): MeridianConfig {
  return {
    ...config,
    regions: config.regions.map((region) => (isExternal(region) ? region : { ...region, ...change })),
  };
}

const CPU_SHARES = [0.05, 0.25, 0.5, 1] as const;

function alwaysOn(): Rows {
  return [
    ['type', ...CPU_SHARES.map((share) => `${share * 100}% CPU`), 'its object'],
    ...INSTANCE_TYPES.map((type) => [
      `\`${type}\``,
      ...CPU_SHARES.map((share) => money(listPriceOf(type, share))),
      money(atListPrice(PRICES.objectDuration, SECONDS_PER_MONTH * OBJECT_GB)),
    ]),
  ];
}

/** A container that always runs, with nothing included. */
function listPriceOf(type: RegionConfig['instanceType'], cpuShare: number): number {
  return (
    dollarsPerMonth(type) + atListPrice(PRICES.cpu, cpuShare * instanceLimits(type).vcpu * SECONDS_PER_MONTH)
  );
}

/** 10 GB, a million reads, 100 GB sent. */
function storageClaims(): Rows {
  const r2 = { storage: PRICES.r2Storage, reads: PRICES.r2ClassB };
  const s3 = { storage: AWS.s3Storage, reads: AWS.s3Reads };
  const bill = ({ storage, reads }: { storage: Price; reads: Price }, count: typeof charge) =>
    count(storage, 10) + count(reads, 1e6);
  return [
    ['10 GB, a million reads, 100 GB sent', 'claimed', 'by list price', 'with what is included'],
    ['R2', '0.51', money(bill(r2, atListPrice)), money(bill(r2, charge))],
    [
      'S3',
      '9.63',
      money(bill(s3, atListPrice) + atListPrice(AWS.egress, 100)),
      money(bill(s3, charge) + charge(AWS.egress, 100)),
    ],
  ];
}

/** One server of 1 GiB that always runs, at half of its CPU. */
function containerClaims(): Rows {
  const { vcpu } = instanceLimits('basic');
  const { memory, disk } = containerSize('basic');
  const container =
    charge(PRICES.memory, (memory / 1_024 ** 3) * SECONDS_PER_MONTH) +
    charge(PRICES.disk, (disk / 1e9) * SECONDS_PER_MONTH) +
    charge(PRICES.cpu, 0.5 * vcpu * SECONDS_PER_MONTH);
  const objects = (count: number) => charge(PRICES.objectDuration, count * SECONDS_PER_MONTH * OBJECT_GB);
  const alone = PRICES.plan.dollars + container + objects(1);
  const [task, address] = [730 * (atListPrice(AWS.vcpu, 0.25) + AWS.memory.dollars), 730 * AWS.ipv4.dollars];
  return [
    ['one `basic` server, all month, 50% CPU', 'claimed', 'computed', 'of what'],
    [
      'Cloudflare, one container and its object',
      '5 to 10',
      money(alone),
      `plan ${money(PRICES.plan.dollars)}, container ${money(container)}`,
    ],
    [
      'Meridian, one region: the collector of metrics beside it',
      '-',
      money(alone - objects(1) + objects(2)),
      `objects ${money(objects(2))} more`,
    ],
    [
      'AWS Fargate, 0.25 vCPU and 1 GB',
      '15 to 25',
      money(task + address),
      `task ${money(task)}, address ${money(address)}`,
    ],
    ['DigitalOcean, 1 GB', '12', money(dropletOf('basic')?.dollars ?? Number.NaN), 'the machine'],
  ];
}

function pricesTable(): Rows {
  return [
    ['price', '$', 'for', 'included a month', 'rounded up to', 'read on'],
    ...Object.entries<Price>(PRICES).map(
      ([id, { dollars, per, unit, included, roundedTo, source, readOn }]) => [
        `[\`${id}\`](${source})`,
        String(dollars).includes('e') ? dollars.toFixed(8).replace(/0+$/, '') : String(dollars),
        per === 1 ? unit : `${whole(per)} ${unit}s`,
        included === 0 ? '-' : whole(included),
        roundedTo === undefined ? '-' : whole(roundedTo),
        readOn,
      ],
    ),
  ];
}

const ASSUMPTION_TEXT: Readonly<Record<keyof Assumptions, string>> = {
  isObjectTrafficEgress: 'bytes from a container to its object are egress',
  arePassedMessagesRequests:
    'messages of clients that are passed through count as requests of the object, 20 for one',
  subscribersAre: "those who get a message, and its stream's leader, are",
  isPlacedDear: 'a container runs in the dearest place that it may run in, and in APAC in Korea or Taiwan',
  overheadBytes: 'bytes of a message beside its payload',
  idleCpuShare: 'CPU of a server that only keeps its links, of a vCPU',
  cpuFactor: 'CPU for a message, times what was measured at full load',
  autoCompressionIs: '`s2_auto` of `mesh.compression` is',
  workerMsPerConnect: 'CPU milliseconds of the Worker for a connection',
  objectRequestsPerConnect: "requests of regions' objects for a connection",
  collectorRequestsPerConnect: 'requests of the collector for a connection',
  objectRequestsPerReconcile: 'requests of objects for each look after the links',
  isKeeperAlwaysInMemory: 'the Keeper of JetStream is always in memory',
  wakeSeconds: 'seconds in memory of an object that is asked once a minute, each time',
  logEventsPerCall: 'events of Workers Logs for a call of the Worker or an object',
};

const SUBSCRIBERS_TEXT: Readonly<Record<string, string>> = {
  near: 'at its server',
  anywhere: 'where clients are, by chance',
  apart: 'each at another server',
};

function assumptionsTable(): Rows {
  const text = (value: Assumptions[keyof Assumptions]) => {
    if (typeof value === 'boolean') return value ? 'yes' : 'no';
    return typeof value === 'number' ? String(value) : (SUBSCRIBERS_TEXT[value] ?? value);
  };
  const { low, mid, high } = ASSUMPTIONS;
  return [
    ['what', 'low', 'mid', 'high'],
    ...(Object.keys(ASSUMPTION_TEXT) as (keyof Assumptions)[]).map((key) => [
      ASSUMPTION_TEXT[key],
      ...[low, mid, high].map((each) => text(each[key])),
    ]),
  ];
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
