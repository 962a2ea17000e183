// What backing streams up costs: acknowledged messages per second, CPU, memory and operations of R2, with backups and
// without; and how far the backup is behind under load.

import { setTimeout as delay } from 'node:timers/promises';
import type { BackupDetail } from '../../api/backups.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { alternating } from '../alternating.ts';
import { type Contestant, withContestants } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import { cpuRows, withCpu } from '../cpu-per-message.ts';
import type { AckedResult } from '../load/acked-load.ts';
import { LoadClients } from '../load/clients.ts';
import type { BenchResult, Measure } from '../result.ts';
import { dollars, FREE_OPERATIONS, operationsOfAMonth } from './cost.ts';

const ON = 'backups on';
const OFF = 'backups off';

const ACCOUNT = '$G';
const STREAM = 'LOAD';
const REPLICAS = 3;

/** What leads the stream in both stacks: which one it is decides how far the others are. */
const LEADER = 'nats-weur';
const LOAD = { streams: [STREAM], sizes: [1024] };

/** Of one client, so that the servers never wait for it on one machine, and do over real distances. */
const IN_FLIGHT = 64;
const IN_FLIGHT_FAR = 256;

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
const GOAL_MIB = 32;

const LAG_EVERY_MS = 500;
const MEMORY_EVERY_MS = 100;
const WHOLE_TIMEOUT_MS = 120_000;
const MIB = 1024 * 1024;
const MS_PER_SECOND = 1000;

const MESSAGES = 'acknowledged messages of 1 KiB as fast as one machine goes';

export async function backup(context: Context): Promise<BenchResult> {
  const everySeconds = context.quick ? QUICK_EVERY_SECONDS : EVERY_SECONDS;
  const failed: number[] = [];
  const far = await withStacks({ wan: true }, everySeconds, context, (stacks) =>
    alternating(
      context,
      stacks,
      0,
    )(
      [
        {
          what: `acknowledged messages of 1 KiB, ${IN_FLIGHT_FAR} in flight, at real distances`,
          unit: 'msg/s',
          control: OFF,
          goals: [{ of: ON, against: OFF, atLeast: 0.97 }],
        },
      ],
      async (stack) => {
        const { result } = await underLoad(stack, IN_FLIGHT_FAR, everySeconds);
        failed.push(result.failed);
        return [perSecond(result)];
      },
    ),
  );
  const near = await withStacks({ inspected: true }, everySeconds, context, async (stacks) => {
    const measured = await alternating(
      context,
      stacks,
      0,
    )(
      [
        { what: MESSAGES, unit: 'msg/s', control: OFF },
        ...cpuRows(MESSAGES, OFF),
        {
          what: `worst lag of the backup, at an interval of ${everySeconds} s`,
          unit: 's',
          control: OFF,
          goals: [{ of: ON, atMost: EVERY_SECONDS }],
        },
        { what: "the Worker's isolate, with all objects, most", unit: 'MiB', control: OFF },
        { what: 'workerd with its local R2, most', unit: 'MiB', control: OFF },
      ],
      async (stack) => {
        const { result, rates, lagMs, isolateBytes, residentBytes } = await watched(stack, everySeconds);
        failed.push(result.failed);
        return [...rates, lagMs / MS_PER_SECOND, isolateBytes / MIB, residentBytes / MIB];
      },
    );
    const on = stacks.find(({ name }) => name === ON);
    if (on === undefined) throw new Error(`${ON} did not start`);
    const counted = await activeStreams(on, everySeconds, context);
    return [...measured, moreMemory(measured), ...costOf(counted, everySeconds)];
  });
  return {
    name: 'backup',
    title: 'What backing up streams costs',
    rounds: context.rounds,
    notes: [
      `Two stacks of the three regions with JetStream take turns; a stream of ${REPLICAS} replicas, led by ${LEADER}, one client that publishes. Each turn has ${WARM_INTERVALS * everySeconds} s before and ${MEASURED_INTERVALS * everySeconds} s that are measured, so as much is backed up meanwhile as comes; the next turn begins when all of it is.`,
      'At real distances (`--wan`) what a client gets is decided by the way to the followers and back, as in a deployment.',
      `As fast as one machine goes (${IN_FLIGHT} in flight), publisher, three servers, workerd, its R2 and the engine share its cores, and what backs up takes its part of them: the rows about CPU say how much. It has no goal: on Cloudflare a server has its own, and the object and R2 are elsewhere.`,
      `Lag: the age that /api/backups says the oldest message may have that is not in R2, asked every ${LAG_EVERY_MS} ms. With backups off there is none.`,
      `Memory: heap and buffers of the Worker's isolate, in which the objects of all regions are, with what V8 has not collected; asked of V8 every ${MEMORY_EVERY_MS} ms. The whole workerd has the local R2 in it, which keeps what is on its way; on Cloudflare R2 is elsewhere.`,
      `Operations: counted from the segments that ten streams with a message every second or so had written, 4 for each 180 of them for folding, which is the code's number and not counted; for an interval of ${EVERY_SECONDS} s. A month has 30 days. The first million operations of an account and month are free: with them and without.`,
      `Messages of which no acknowledgement came within 5 s: ${failed.reduce((sum, count) => sum + count, 0)}.`,
    ],
    measures: [...far, ...near],
  };
}

/** A stack, and the clients that load it. */
interface LoadedStack extends Contestant {
  readonly clients: LoadClients;
}

/** Starts a stack with backups and one without, and their streams. */
async function withStacks<T>(
  options: { readonly wan?: boolean; readonly inspected?: boolean },
  everySeconds: number,
  context: Context,
  use: (stacks: readonly LoadedStack[]) => Promise<T>,
): Promise<T> {
  const requests = Object.fromEntries(
    [ON, OFF].map((name) => [
      name,
      { kind: 'meridian', ...options, jetstream: { backup: name === ON, everySeconds } } as const,
    ]),
  );
  return withContestants(requests, context, async (contestants) => {
    await using undo = new AsyncDisposableStack();
    const stacks: LoadedStack[] = [];
    for (const contestant of contestants) {
      const clients = undo.use(new LoadClients(context));
      const streams = { names: [STREAM, ...ACTIVE], replicas: REPLICAS, leader: LEADER };
      await clients.near.call.openStreams({ url: contestant.url, ...streams });
      stacks.push({ ...contestant, clients });
    }
    // Until then the clients stay.
    return await use(stacks);
  });
}

/** @param watch runs while it is measured, until its signal is aborted */
async function underLoad<T>(
  { name, child, clients }: LoadedStack,
  inFlight: number,
  everySeconds: number,
  watch?: (over: AbortSignal) => Promise<T>,
) {
  const publish = (intervals: number) =>
    clients.near.call.publishAcked({
      ...LOAD,
      inFlight,
      durationMs: intervals * everySeconds * MS_PER_SECOND,
    });
  await publish(WARM_INTERVALS);
  const over = new AbortController();
  const run = async () => {
    try {
      const result = await publish(MEASURED_INTERVALS);
      return { ...result, perSecond: perSecond(result) };
    } finally {
      over.abort();
    }
  };
  let result: AckedResult | undefined;
  const counted = withCpu({ child }, async () => {
    const ran = await run();
    result = ran;
    return ran;
  });
  const [rates, seen] = await Promise.all([counted, watch?.(over.signal)]);
  if (result === undefined) throw new Error('nothing was published');
  if (name === ON) await waitUntilWhole(child, STREAM);
  return { result, rates, seen };
}

/** Under load, and looked at. */
async function watched(stack: LoadedStack, everySeconds: number) {
  const { name, child } = stack;
  const most = { lagMs: Number.NaN, isolateBytes: 0, residentBytes: 0 };
  const { result, rates } = await underLoad(stack, IN_FLIGHT, everySeconds, (over) =>
    Promise.all([
      repeat(LAG_EVERY_MS, over, async () => {
        const { streams } = await child.call.backups();
        const lagMs = streams.find(({ stream }) => stream === STREAM)?.lagMs ?? undefined;
        if (name === ON && lagMs !== undefined) most.lagMs = Math.max(lagMs, most.lagMs || 0);
        const { workerd } = await child.call.usage();
        most.residentBytes = Math.max(most.residentBytes, workerd.residentBytes);
      }),
      repeat(MEMORY_EVERY_MS, over, async () => {
        most.isolateBytes = Math.max(most.isolateBytes, await child.call.isolateBytes());
      }),
    ]),
  );
  if (name === ON && Number.isNaN(most.lagMs)) {
    throw new Error('no region has said how far the backup is behind');
  }
  return { result, rates, ...most };
}

async function repeat(everyMs: number, over: AbortSignal, look: () => Promise<void>): Promise<void> {
  while (!over.aborted) {
    await look();
    await delay(everyMs);
  }
}

function perSecond({ count, elapsedMs }: AckedResult): number {
  return (count / elapsedMs) * MS_PER_SECOND;
}

/** Segments of ten streams that are active, and the seconds in which they were written. */
async function activeStreams({ child, clients }: LoadedStack, everySeconds: number, { progress }: Context) {
  const everyMs = everySeconds * MS_PER_SECOND;
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

/** By the rounds. */
function moreMemory(measured: readonly Measure[]): Measure {
  const memory = measured.find(({ what }) => what.startsWith("the Worker's isolate"))?.samples ?? {};
  const more = (memory[ON] ?? []).map((size, round) => size - (memory[OFF]?.[round] ?? Number.NaN));
  return {
    what: "the Worker's isolate, more than without backups",
    unit: 'MiB',
    control: OFF,
    samples: { [ON]: more },
    goals: [{ of: ON, atMost: GOAL_MIB }],
  };
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
