// Runs one outage on a stack, with clients that come, go and stay, and returns what was observed.

import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '../../api/client.ts';
import type { Stack } from '../../local/stack.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import { cfOf, type Place, standingIn } from '../support/data/places.ts';
import { monitorOf } from '../support/monitor.ts';
import { ClientProcess } from './clients/client-process.ts';
import type { ClientSpec } from './clients/client-spec.ts';
import type { ClientKind, Program } from './clients/programs.ts';
import type { OutageKind } from './combination.ts';
import type { Observed } from './observed.ts';
import { beginOutage } from './outage.ts';

/** What the clients do; see {@link ClientSpec}. */
export interface Load {
  readonly places: readonly Place[];
  /** Lasting clients of each kind in each city. */
  readonly lastingPerCity: number;
  /** Of each kind. */
  readonly arrivalsPerSecond: number;
  readonly echoEveryMs: number;
}

export interface MeasureOptions {
  readonly stack: Stack;
  readonly kind: OutageKind;
  readonly regions: readonly string[];
  readonly programs: ReadonlyMap<ClientKind, Program>;
  readonly load: Load;
  /** How long the outage lasts. */
  readonly outageMs: number;
  /** How long to watch once the servers are back. */
  readonly recoveryMs: number;
  readonly signal?: AbortSignal;
  readonly progress?: (step: string) => void;
}

/** Arrivals before the outage, so that the edge knows its regions as a running one does. */
const BEFORE_MS = 3_000;

const STAY_MS = 300;

/** nats.js waits 20 s for a connection; clients give up after this. */
const GIVE_UP_MS = 20_000;

/** Three echoes that did not come. */
const SILENT_ECHOES = 3;

const READY_WITHIN_MS = 120_000;

/** An object restarts its server after 30 s at most. */
const RETURN_WITHIN_MS = 45_000;

export async function measureOutage(options: MeasureOptions): Promise<Observed> {
  const { stack, kind, regions, load, signal, progress = () => {} } = options;
  const rankings = Object.fromEntries(
    await Promise.all(
      load.places.map(async (place) => [place.city, await rankingFor(stack.url, place)] as const),
    ),
  );
  await using clients = startClients(options);
  progress('lasting clients connect');
  await allWithin(
    READY_WITHIN_MS,
    signal,
    clients.processes.map(({ ready }) => ready),
  );
  for (const process of clients.processes) process.go();
  await delay(BEFORE_MS, undefined, { signal });
  progress(`${regions.join(', ')} ${kind}`);
  await using outage = await beginOutage({ kind, regions, engine: stack.engine, url: stack.url });
  const begunAt = Date.now();
  await delay(options.outageMs, undefined, { signal });
  await outage[Symbol.asyncDispose]();
  const endedAt = Date.now();
  progress('over');
  const returnedAt = await awaitReturn(options);
  progress('back');
  await delay(options.recoveryMs, undefined, { signal });
  const finishedAt = Date.now();
  await allWithin(
    2 * GIVE_UP_MS,
    signal,
    clients.processes.map((process) => process.finish()),
  );
  return {
    rankings,
    affected: regions,
    begunAt,
    endedAt,
    returnedAt,
    finishedAt,
    events: Object.fromEntries(clients.byKind.map(([name, { events }]) => [name, events])),
  };
}

/** Ids of all regions, in the order in which a client there would try them. */
export async function rankingFor(url: string, place: Place): Promise<readonly string[]> {
  const { candidates } = await new ApiClient({ url }).route({}, standingIn(cfOf(place)));
  return candidates.map(({ region }) => region);
}

function startClients({ stack, programs, load }: MeasureOptions) {
  const spec: ClientSpec = {
    url: stack.url.replace(/^http/, 'ws'),
    cities: load.places.map((place) => ({ city: place.city, cf: cfOf(place), lasting: load.lastingPerCity })),
    arrivalsPerSecond: load.arrivalsPerSecond,
    stayMs: STAY_MS,
    giveUpMs: GIVE_UP_MS,
    echoEveryMs: load.echoEveryMs,
    silenceMs: SILENT_ECHOES * load.echoEveryMs,
  };
  const byKind = [...programs].map(([name, program]) => [name, new ClientProcess(program, spec)] as const);
  const processes = byKind.map(([, process]) => process);
  return {
    byKind,
    processes,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(processes.map((process) => process[Symbol.asyncDispose]()));
    },
  };
}

/** Polls the servers directly, not through the edge: region -> when it answered. */
async function awaitReturn({
  stack,
  regions,
  signal,
}: MeasureOptions): Promise<Readonly<Record<string, number>>> {
  const returned: Record<string, number> = {};
  await Promise.allSettled(
    regions.map((region) =>
      waitFor(`${region} to answer`, { timeoutMs: RETURN_WITHIN_MS, ...(signal && { signal }) }, async () => {
        const { ok } = await fetch(`${await monitorOf(stack.engine, region)}/varz`, {
          signal: AbortSignal.timeout(1_000),
        });
        if (ok) returned[region] = Date.now();
        return ok;
      }),
    ),
  );
  signal?.throwIfAborted();
  return returned;
}

/** Waits for all clients, unless the run is aborted before. */
async function allWithin(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: readonly Promise<unknown>[],
): Promise<void> {
  signal?.throwIfAborted();
  const ended = new AbortController();
  const aborted = signal === undefined ? [] : [once(signal, 'abort', { signal: ended.signal })];
  const late = `the clients took longer than ${timeoutMs / 1000} s`;
  try {
    await withTimeout(Promise.race([Promise.all(work), ...aborted]), timeoutMs, late);
    signal?.throwIfAborted();
  } finally {
    ended.abort();
  }
}
