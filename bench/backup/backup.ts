// What backing streams up costs: acknowledged messages per second, memory of workerd and operations of R2, with backups
// and without; and how far the backup is behind under load.

import { setTimeout as delay } from 'node:timers/promises';
import type { BackupDetail } from '../../api/backups.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { alternating } from '../alternating.ts';
import { type Contestant, withContestants } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import type { AckedLoad } from '../load/acked-load.ts';
import { LoadClients } from '../load/clients.ts';
import type { BenchResult, Measure } from '../result.ts';
import { dollars, FREE_OPERATIONS, operationsOfAMonth } from './cost.ts';

const ON = 'backups on';
const OFF = 'backups off';

const ACCOUNT = '$G';
const STREAM = 'LOAD';
const REPLICAS = 3;
const LOAD = { streams: [STREAM], sizes: [1024], inFlight: 64 };

/** About 1,000 messages a second: servers, workerd, R2 and publishers have CPU to spare on one machine. */
const PACED = { ...LOAD, pauseMs: 60 };

/** Streams whose operations are counted. */
const ACTIVE = Array.from({ length: 10 }, (_, n) => `ACTIVE${n}`);

/** The interval that operations of a month are for, and that a full run has. */
const EVERY_SECONDS = 10;
const QUICK_EVERY_SECONDS = 2;

/** Of a run, in intervals: the first ones are not measured, until messages are backed up as fast as they come. */
const WARM_INTERVALS = 1;
const MEASURED_INTERVALS = 2;
const COUNTED_INTERVALS = 4;

/** Whether it includes the free million is not said: it is held against both. */
const GOAL_DOLLARS = 12;

const LAG_EVERY_MS = 500;
const WHOLE_TIMEOUT_MS = 120_000;
const MIB = 1024 * 1024;
const MS_PER_SECOND = 1000;

export async function backup(context: Context): Promise<BenchResult> {
  const everySeconds = context.quick ? QUICK_EVERY_SECONDS : EVERY_SECONDS;
  const everyMs = everySeconds * MS_PER_SECOND;
  const requests = Object.fromEntries(
    [ON, OFF].map((name) => [
      name,
      { kind: 'meridian', jetstream: { backup: name === ON, everySeconds } } as const,
    ]),
  );
  const unacknowledged: number[] = [];
  const measures = await withContestants(requests, context, async (contestants) => {
    await using undo = new AsyncDisposableStack();
    const loads = new Map<string, LoadClients>();
    for (const { name, url } of contestants) {
      const clients = undo.use(new LoadClients(context));
      await clients.near.call.openStreams({ url, names: [STREAM, ...ACTIVE], replicas: REPLICAS });
      loads.set(name, clients);
    }
    const measured = await alternating(
      context,
      contestants,
      0,
    )(
      [
        {
          what: 'acknowledged messages of 1 KiB',
          unit: 'msg/s',
          control: OFF,
          goals: [{ of: ON, against: OFF, atLeast: 0.97 }],
        },
        {
          what: 'acknowledged messages of 1 KiB at a pace that leaves CPU to spare',
          unit: 'msg/s',
          control: OFF,
          goals: [{ of: ON, against: OFF, atLeast: 0.97 }],
        },
        {
          what: `worst lag of the backup, at an interval of ${everySeconds} s`,
          unit: 's',
          control: OFF,
          goals: [{ of: ON, atMost: EVERY_SECONDS }],
        },
        { what: 'workerd, most', unit: 'MiB', control: OFF },
      ],
      async (contestant) => {
        const clients = loads.get(contestant.name);
        if (clients === undefined) throw new Error('it has no clients');
        const { values, failed } = await underLoad(contestant, clients, everyMs, context);
        unacknowledged.push(failed);
        return values;
      },
    );
    const on = contestants.find(({ name }) => name === ON);
    const clients = loads.get(ON);
    if (on === undefined || clients === undefined) throw new Error(`${ON} did not start`);
    const counted = await activeStreams(on, clients, everyMs, context);
    return [...measured, ...moreMemory(measured), ...costOf(counted, everySeconds)];
  });
  const failed = unacknowledged.reduce((sum, count) => sum + count, 0);
  return {
    name: 'backup',
    title: 'What backing up streams costs',
    rounds: context.rounds,
    notes: [
      `Two stacks of the three regions with JetStream take turns; a stream of ${REPLICAS} replicas, ${LOAD.inFlight} messages in flight from one client. Each turn has ${WARM_INTERVALS * everySeconds} s before and ${MEASURED_INTERVALS * everySeconds} s that are measured, so as much is backed up meanwhile as comes; the next turn begins when all of it is.`,
      'As fast as it goes, all of them share the cores of one machine, and what backs up takes its part of them. On Cloudflare a server has its own.',
      `Lag: the age that /api/backups says the oldest message may have that is not in R2, asked every ${LAG_EVERY_MS} ms. With backups off there is none.`,
      'Memory: resident size of the whole workerd, with the local R2 in it, which keeps what is on its way. On Cloudflare R2 is elsewhere. The difference is of two processes that were not used equally before.',
      `Operations: counted from the segments that ten streams with a message every second or so had written, 4 for each 60 of them for folding, which is the code's number and not counted; for an interval of ${EVERY_SECONDS} s. A month has 30 days. The first million operations of an account and month are free: with them and without.`,
      `Messages of which no acknowledgement came within 5 s: ${failed}.`,
    ],
    measures,
  };
}

async function underLoad(
  { name, child }: Contestant,
  clients: LoadClients,
  everyMs: number,
  { signal }: Context,
) {
  const publish = (load: Pick<AckedLoad, 'durationMs'>) =>
    clients.near.call.publishAcked({ ...LOAD, ...load });
  const paced = await clients.near.call.publishAcked({ ...PACED, durationMs: MEASURED_INTERVALS * everyMs });
  await publish({ durationMs: WARM_INTERVALS * everyMs });
  let isOver = false;
  const publishing = publish({ durationMs: MEASURED_INTERVALS * everyMs }).finally(() => {
    isOver = true;
  });
  const lagsMs: number[] = [];
  let mostBytes = 0;
  const looking = (async () => {
    while (!isOver) {
      const { streams } = await child.call.backups();
      const lagMs = streams.find(({ stream }) => stream === STREAM)?.lagMs ?? undefined;
      if (lagMs !== undefined) lagsMs.push(lagMs);
      mostBytes = Math.max(mostBytes, (await child.call.usage()).workerd.residentBytes);
      await delay(LAG_EVERY_MS, undefined, { signal });
    }
  })();
  const [{ count, elapsedMs, failed }] = await Promise.all([publishing, looking]);
  if (name === ON) {
    if (lagsMs.length === 0) throw new Error('no region has said how far the backup is behind');
    await waitUntilWhole(child, STREAM);
  }
  return {
    values: [
      (count / elapsedMs) * MS_PER_SECOND,
      (paced.count / paced.elapsedMs) * MS_PER_SECOND,
      name === ON ? Math.max(...lagsMs) / MS_PER_SECOND : Number.NaN,
      mostBytes / MIB,
    ],
    failed,
  };
}

/** Segments of ten streams that are active, and the seconds in which they were written. */
async function activeStreams(
  { child }: Contestant,
  clients: LoadClients,
  everyMs: number,
  { progress }: Context,
) {
  progress('ten active streams');
  const active = { streams: ACTIVE, sizes: [128], inFlight: ACTIVE.length, pauseMs: 500 };
  const segments = async () => {
    const all = await Promise.all(
      ACTIVE.map((stream) => child.call.backup({ account: ACCOUNT, stream }).then(segmentsOf)),
    );
    return all.reduce((sum, count) => sum + count, 0);
  };
  await clients.near.call.publishAcked({ ...active, durationMs: WARM_INTERVALS * everyMs });
  const before = await segments();
  const started = performance.now();
  await clients.near.call.publishAcked({ ...active, durationMs: COUNTED_INTERVALS * everyMs });
  const seconds = (performance.now() - started) / MS_PER_SECOND;
  return { segments: (await segments()) - before, seconds };
}

function segmentsOf({ log }: BackupDetail): number {
  return log.length;
}

/** By the rounds; the goal is the object's, of which the process's size is the upper bound. */
function moreMemory(measured: readonly Measure[]): readonly Measure[] {
  const memory = measured.find(({ unit }) => unit === 'MiB')?.samples ?? {};
  const more = (memory[ON] ?? []).map((size, round) => size - (memory[OFF]?.[round] ?? Number.NaN));
  return [
    {
      what: 'workerd, more than without backups',
      unit: 'MiB',
      control: OFF,
      samples: { [ON]: more },
      goals: [{ of: ON, atMost: 32 }],
    },
  ];
}

function costOf(
  { segments, seconds }: { readonly segments: number; readonly seconds: number },
  everySeconds: number,
): readonly Measure[] {
  const operations = operationsOfAMonth(segments, seconds) * (everySeconds / EVERY_SECONDS);
  const measure = (what: string, value: number, atMost?: number): Measure => ({
    what,
    unit: 'count',
    control: OFF,
    samples: { [ON]: [value] },
    goals: atMost === undefined ? [] : [{ of: ON, atMost }],
  });
  return [
    measure('class A operations a month, ten active streams', operations),
    measure('dollars of them, beyond the free million', dollars(operations, FREE_OPERATIONS), GOAL_DOLLARS),
    measure('dollars of them, if none is free', dollars(operations), GOAL_DOLLARS),
  ];
}

/** Waits until all that a stream has is in R2. */
export async function waitUntilWhole(child: Contestant['child'], stream: string): Promise<BackupDetail> {
  return waitFor(`${stream} to be backed up`, { timeoutMs: WHOLE_TIMEOUT_MS, pollMs: 250 }, async () => {
    const detail = await child.call.backup({ account: ACCOUNT, stream });
    return detail.backup.lagMessages === 0 && detail;
  });
}
