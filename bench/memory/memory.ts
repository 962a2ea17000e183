// What idle clients cost in memory: resident size of each program at growing numbers of connected clients, and what
// one client adds. Each contestant runs alone, from a fresh start in every round.

import { setTimeout as delay } from 'node:timers/promises';
import { alternating } from '../alternating.ts';
import type { Kind } from '../contestants/contestant.ts';
import { type Contestant, startContestant } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import { LoadClients } from '../load/clients.ts';
import type { Program } from '../process-usage.ts';
import type { BenchResult, Goal, MeasureOptions } from '../result.ts';
import { clientsThatFit, openFilesLimit, spread } from './open-files.ts';

const CONTESTANTS: readonly { readonly name: string; readonly kind: Kind; readonly regions?: number }[] = [
  { name: 'direct', kind: 'direct' },
  { name: 'platform', kind: 'platform' },
  { name: 'stock', kind: 'stock' },
  { name: 'Meridian', kind: 'meridian', regions: 1 },
];
const PROGRAMS: readonly Program[] = ['workerd', 'engine', 'nats-server'];
const LEVELS = [0, 1000, 5000, 10_000];
const QUICK_LEVELS = [0, 500];

/** Wait after the last client has connected, until the memory of the handshakes has been freed. */
const SETTLE_MS = 1500;

const KIB = 1024;
const MIB = 1024 * 1024;
const GOAL: Goal = { of: 'Meridian', against: 'stock', atMost: 1 / 3, floor: 'platform' };

type Sizes = readonly number[];

/** One of the stacks over which the clients of a contestant are spread, and the process that holds them. */
interface Holder {
  readonly contestant: Contestant;
  readonly clients: LoadClients;
}

export async function memory(context: Context): Promise<BenchResult> {
  const limit = await openFilesLimit();
  const fits = clientsThatFit(limit);
  const levels = context.quick ? QUICK_LEVELS : LEVELS;
  const most = levels.at(-1) ?? 0;
  const errors = new Map<string, number>();
  const measures = await alternating(
    context,
    CONTESTANTS,
    0,
  )(measureOptions(levels), async ({ name, ...request }) => {
    await using undo = new AsyncDisposableStack();
    const holders: Holder[] = [];
    for (const _ of spread(most, fits)) {
      const contestant = await startContestant(name, request, context);
      undo.defer(contestant.close);
      const clients = undo.use(new LoadClients(context));
      await clients.near.call.openIdle({ url: contestant.url });
      holders.push({ contestant, clients });
    }
    const { rows, empty, full, connectMs } = await grow(
      holders,
      { levels, fits, kind: request.kind },
      context,
    );
    const reports = await Promise.all(holders.map(({ clients }) => clients.near.call.pingAll()));
    for (const [text, count] of reports.flatMap((report) => Object.entries(report.errors)))
      errors.set(`${name}: ${text}`, (errors.get(`${name}: ${text}`) ?? 0) + count);
    const connected = reports.reduce((total, report) => total + report.connected, 0);
    return [
      ...rows.flat().map((bytes) => bytes / MIB),
      ...perClient(empty, full, most),
      connectMs / 1000,
      most - connected,
    ];
  });
  return {
    name: 'memory',
    title: 'Idle clients',
    rounds: context.rounds,
    notes: [
      'engine: the Node process that relays between workerd and the containers of the local stack; it does not exist on Cloudflare.',
      `A process may have ${limit} files open here; workerd needs three for each client, so ${fits} clients fit into one. More are spread over as many stacks side by side, whose sizes are added: ${spread(most, fits).join(' and ')} clients for ${most}.`,
      ...(errors.size === 0
        ? ['Errors: none.']
        : [...errors].map(([text, count]) => `Error, ${count} times: ${text}`)),
    ],
    measures,
  };
}

interface Growth {
  /** Sizes at each level, of as many stacks as it needs. */
  readonly rows: readonly Sizes[];
  /** Sizes of all stacks without a client, and with all of them. */
  readonly empty: Sizes;
  readonly full: Sizes;
  readonly connectMs: number;
}

/** Connects more and more clients, and reads the sizes at each level. */
async function grow(
  holders: readonly Holder[],
  { levels, fits, kind }: { readonly levels: readonly number[]; readonly fits: number; readonly kind: Kind },
  { signal }: Context,
): Promise<Growth> {
  const sizes = async (of: readonly Holder[]) =>
    sum(await Promise.all(of.map((holder) => sizesOf(holder, kind))));
  const empty = await sizes(holders);
  const rows: Sizes[] = [];
  const started = performance.now();
  for (const level of levels) {
    const shares = spread(level, fits);
    const used = holders.slice(0, shares.length);
    await Promise.all(
      used.map(({ clients }, index) => clients.near.call.growTo({ count: shares[index] ?? 0 })),
    );
    await delay(SETTLE_MS, undefined, { signal });
    rows.push(await sizes(used));
  }
  const connectMs = performance.now() - started - SETTLE_MS * levels.length;
  return { rows, empty, full: await sizes(holders), connectMs };
}

/** Resident bytes of each program; NaN for one that the contestant does not have. */
async function sizesOf({ contestant }: Holder, kind: Kind): Promise<Sizes> {
  const usage = await contestant.child.call.usage();
  return PROGRAMS.map((program) => (hasProgram(kind, program) ? usage[program].residentBytes : Number.NaN));
}

function sum(all: readonly Sizes[]): Sizes {
  return PROGRAMS.map((_, index) => all.reduce((total, sizes) => total + (sizes[index] ?? 0), 0));
}

/** Without an edge only the server counts, not the process that started it. */
function hasProgram(kind: Kind, program: Program): boolean {
  return kind !== 'direct' || program === 'nats-server';
}

function measureOptions(levels: readonly number[]): readonly MeasureOptions[] {
  const most = levels.at(-1);
  return [
    ...levels.flatMap((level) =>
      PROGRAMS.map(
        (program) => ({ what: `${program} at ${level} clients`, unit: 'MiB', control: 'platform' }) as const,
      ),
    ),
    ...PROGRAMS.map(
      (program) =>
        ({ what: `${program}, for each of ${most} clients`, unit: 'KiB', control: 'platform' }) as const,
    ),
    {
      what: `workerd and engine, for each of ${most} clients`,
      unit: 'KiB',
      control: 'platform',
      goals: [GOAL],
    },
    { what: `connecting ${most} clients`, unit: 's', control: 'platform' },
    { what: `clients missing of ${most}`, unit: 'count', control: 'platform' },
  ];
}

/** What a client added to each program, and to workerd and engine together, KiB. */
function perClient(empty: Sizes, full: Sizes, count: number): Sizes {
  const added = PROGRAMS.map((_, index) => ((full[index] ?? 0) - (empty[index] ?? 0)) / count / KIB);
  const [workerd = 0, engine = 0] = added;
  return [...added, workerd + engine];
}
