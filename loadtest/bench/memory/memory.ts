// What idle clients cost in memory: resident size of each program at growing numbers of connected clients, and what
// one client adds. Each contestant runs alone, from a fresh start in every round.

import { setTimeout as delay } from 'node:timers/promises';
import { alternating } from '../alternating.ts';
import type { Kind } from '../contestants/contestant.ts';
import { startContestant } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import { LoadClients } from '../load/clients.ts';
import type { Program } from '../process-usage.ts';
import type { BenchResult, Goal, MeasureOptions } from '../result.ts';
import { clientsThatFit, openFilesLimit } from './open-files.ts';

const CONTESTANTS: readonly { readonly name: string; readonly kind: Kind; readonly regions?: number }[] = [
  { name: 'direct', kind: 'direct' },
  { name: 'platform', kind: 'platform' },
  { name: 'stock', kind: 'stock' },
  { name: 'Meridian', kind: 'meridian', regions: 1 },
];
const PROGRAMS: readonly Program[] = ['workerd', 'engine', 'nats-server'];
const LEVELS = [0, 1000, 5000, 10_000];
const QUICK_LEVELS = [0, 500];

/** After the last client has connected, for what the handshakes used to be given back. */
const SETTLE_MS = 1500;

const KIB = 1024;
const MIB = 1024 * 1024;
const GOAL: Goal = { of: 'Meridian', against: 'stock', atMost: 1 / 3 };

export async function memory(context: Context): Promise<BenchResult> {
  const limit = await openFilesLimit();
  const fits = clientsThatFit(limit);
  const wanted = context.quick ? QUICK_LEVELS : LEVELS;
  const levels = [...new Set(wanted.map((level) => Math.min(level, fits)))];
  const errors = new Map<string, number>();
  const measures = await alternating(
    context,
    CONTESTANTS,
    0,
  )(measureOptions(levels), async ({ name, ...request }) => {
    const clients = new LoadClients(context);
    const contestant = await startContestant(name, request, context);
    try {
      await clients.near.call('openIdle', { url: contestant.url });
      const sizes: number[][] = [];
      const started = performance.now();
      for (const level of levels) {
        await clients.near.call('growTo', { count: level });
        await delay(SETTLE_MS, undefined, { signal: context.signal });
        const usage = await contestant.child.call('usage', null);
        sizes.push(
          PROGRAMS.map((program) =>
            hasProgram(request.kind, program) ? usage[program].residentBytes : Number.NaN,
          ),
        );
      }
      const connectMs = performance.now() - started - SETTLE_MS * levels.length;
      const report = await clients.near.call('pingAll', null);
      for (const [text, count] of Object.entries(report.errors))
        errors.set(`${name}: ${text}`, (errors.get(`${name}: ${text}`) ?? 0) + count);
      const failed = (levels.at(-1) ?? 0) - report.connected;
      return [
        ...sizes.flat().map((bytes) => bytes / MIB),
        ...perClient(sizes, levels),
        connectMs / 1000,
        failed,
      ];
    } finally {
      await clients.close();
      await contestant.close();
    }
  });
  return {
    name: 'memory',
    title: 'Idle clients',
    rounds: context.rounds,
    notes: [
      'engine: the Node process that relays between workerd and the containers of the local stack; it does not exist on Cloudflare.',
      `The limit on open files is ${limit}; workerd needs three for each client, so ${fits} clients fit. Levels above that are cut down to it.`,
      ...(errors.size === 0
        ? ['Errors: none.']
        : [...errors].map(([text, count]) => `Error, ${count} times: ${text}`)),
    ],
    measures,
  };
}

/** Without an edge there is only the server; the process that started it is not part of anything. */
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

/** What a client added to each program, and to workerd and engine together. */
function perClient(sizes: readonly (readonly number[])[], levels: readonly number[]): readonly number[] {
  const count = levels.at(-1) ?? 0;
  const added = PROGRAMS.map(
    (_, index) => ((sizes.at(-1)?.[index] ?? 0) - (sizes[0]?.[index] ?? 0)) / count / KIB,
  );
  const [workerd = 0, engine = 0] = added;
  return [...added, workerd + engine];
}
