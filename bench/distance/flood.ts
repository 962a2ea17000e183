// What a flood of messages does to what comes behind it on a link: requests in the system account and small ones of the
// flooded account, where each link has one route, and where the system account has a route of its own.

import { setTimeout as delay } from 'node:timers/promises';
import { alternating } from '../alternating.ts';
import { withContestants } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import { LoadClients } from '../load/clients.ts';
import { type Path, pathThrough } from '../mesh/path.ts';
import type { BenchResult, Goal, Measure } from '../result.ts';
import { type LinkSettings, startLink } from './link.ts';
import { FAR, NARROW } from './links.ts';

const CONTROL = 'TCP route';
const DIRECT = 'TCP route, system route';
const OWN = 'Meridian, system route';

const MIB = 1024 * 1024;
const FLOOD = { pairs: 2, payloadBytes: 4096, content: 'random' } as const;
const REQUESTS = { pairs: 1, payloadBytes: 128 };

/** A request waits for less than a quarter of what it would behind the flood, and for no more than on a direct route. */
const GOALS: readonly Goal[] = [
  { of: OWN, against: 'Meridian', atMost: 0.25 },
  { of: OWN, against: DIRECT, atMost: 1.2 },
];

/** Of requests that nothing holds up. */
const FREE_MS = 3000;

interface Flooding {
  readonly text: string;
  readonly settings: LinkSettings;
  /** On their way at most, in MiB; 0: no flood. */
  readonly floods: readonly number[];
  /** Until the link is full, and all wait in it that may be on their way. */
  readonly rampMs: number;
  /** Of requests behind a flood, of which each may take seconds. */
  readonly durationMs: number;
}

const LINKS: readonly Flooding[] = [
  { ...NARROW, floods: [0, 2, 16], rampMs: 2000, durationMs: 4000 },
  { ...FAR, floods: [0, 2], rampMs: 3000, durationMs: 10_000 },
];

/** Makes the link first: nothing else is started where there can be none. */
export async function flood(context: Context): Promise<BenchResult> {
  context.progress('making the link');
  await using undo = new AsyncDisposableStack();
  const link = await startLink(context.signal);
  undo.defer(link.close);
  const within: Context = { ...context, enter: link.enter };
  const both = { regions: 2, farAddress: link.address, operator: true } as const;
  const contestants = {
    [CONTROL]: { kind: 'tcp-cluster', ...both },
    [DIRECT]: { kind: 'tcp-cluster', ...both, systemRoute: true },
    Meridian: { kind: 'meridian', ...both, systemRoute: false },
    [OWN]: { kind: 'meridian', ...both, systemRoute: true },
  } as const;
  const measures = await withContestants(contestants, within, async (started) => {
    const paths = await Promise.all(started.map(pathThrough));
    await using loads = new Loads(within);
    const all: Measure[] = [];
    for (const each of context.quick ? LINKS.slice(0, 1) : LINKS) {
      await link.set(each.settings);
      for (const mib of context.quick ? each.floods.slice(0, 2) : each.floods)
        all.push(...(await behind(within, { ...each, mib, paths, loads })));
    }
    return all;
  });
  return {
    name: 'flood',
    title: 'What a flood of messages holds up',
    rounds: context.rounds,
    notes: [
      'The links of `distance`. The flood: 2 pairs of one account, messages of 4 KiB that cannot be compressed, one way, as fast as the link takes them, with so many MiB on their way that nobody has acknowledged. Requests are of 128 B, one after the other; those in both accounts at the same time.',
      'system route: the system account has a route of its own (`mesh.systemRoute`; for plain servers `pool_size: 1` instead of -1).',
      'Where requests take seconds a round has few of them: p99 is then the longest.',
    ],
    measures,
  };
}

/** Each of the three has clients of its own, so that none waits for another's. */
class Loads implements AsyncDisposable {
  readonly flood: LoadClients;
  readonly system: LoadClients;
  readonly same: LoadClients;

  constructor(context: Context) {
    this.flood = new LoadClients(context);
    this.system = new LoadClients(context);
    this.same = new LoadClients(context);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.flood, this.system, this.same].map((each) => each[Symbol.asyncDispose]()));
  }
}

interface Behind extends Flooding {
  readonly mib: number;
  readonly paths: readonly Path[];
  readonly loads: Loads;
}

async function behind(
  context: Context,
  { text, mib, paths, loads, ...times }: Behind,
): Promise<readonly Measure[]> {
  const { rampMs, durationMs } = context.quick ? { rampMs: 1000, durationMs: 1500 } : times;
  const askingMs = mib === 0 ? Math.min(FREE_MS, durationMs) : durationMs;
  const what = `${text}, ${mib === 0 ? 'no flood' : `${mib} MiB on their way`}`;
  const row = (name: string, unit: 'ms' | 'MiB/s', goals: readonly Goal[] = []) =>
    ({ what: `${what}: ${name}`, unit, control: CONTROL, goals }) as const;
  const rows = [
    row('request in the system account, p50', 'ms', mib === 0 ? [] : GOALS),
    row('request in the system account, p99', 'ms'),
    row('request in the same account, p50', 'ms'),
    ...(mib === 0 ? [] : [row('what goes through, payload', 'MiB/s')]),
  ];
  // Each run has its own ramp.
  const alternate = alternating(context, paths, 0);
  return alternate(rows, async (path) => {
    await loads.system.openRequests({ ...path, creds: path.credentials?.system }, REQUESTS);
    await loads.same.openRequests(path, REQUESTS);
    const ask = ({ near }: LoadClients) => near.call.request({ durationMs: askingMs, inFlight: 1 });
    const askBoth = async (afterMs: number) => {
      await delay(afterMs, undefined, { signal: context.signal });
      const [system, same] = await Promise.all([ask(loads.system), ask(loads.same)]);
      await Promise.all([loads.system.closeLoads(), loads.same.closeLoads()]);
      return [system.p50Ms, system.p99Ms, same.p50Ms];
    };
    if (mib === 0) return askBoth(0);
    const shape = { ...FLOOD, windowBytes: mib * MIB, durationMs: rampMs + durationMs };
    const [{ perSecond }, times] = await Promise.all([loads.flood.oneWay(path, shape), askBoth(rampMs)]);
    return [...times, (perSecond * FLOOD.payloadBytes) / MIB];
  });
}
