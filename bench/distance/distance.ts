// What the mesh does over distance: two regions with a link of a delay, a loss and a rate between them, and the route
// that two nats-servers dial themselves over the same link.

import { alternating } from '../alternating.ts';
import { withContestants } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import { LoadClients } from '../load/clients.ts';
import type { Content } from '../load/payload.ts';
import { type Path, pathThrough } from '../mesh/path.ts';
import type { BenchResult, Goal, Measure } from '../result.ts';
import { type Link, startLink } from './link.ts';
import { FAR, NARROW } from './links.ts';

const CONTROL = 'TCP route';
const FLOOR = 'splice';
const FAST = 'Meridian, s2_fast';

const OWN_GOALS: readonly Goal[] = [{ of: 'Meridian', against: FLOOR, atLeast: 0.95 }];
const COMPRESSED_GOAL: Goal = { of: FAST, against: CONTROL, atLeast: 3 };

interface Load {
  readonly text: string;
  readonly payloadBytes: number;
  readonly content: Content;
  /** On the narrow link. */
  readonly goals: readonly Goal[];
}

const LOADS: readonly Load[] = [
  { text: '128 B of JSON', payloadBytes: 128, content: 'json', goals: [] },
  { text: '4 KiB of JSON', payloadBytes: 4096, content: 'json', goals: [COMPRESSED_GOAL] },
  { text: '4 KiB that cannot be compressed', payloadBytes: 4096, content: 'random', goals: [] },
];

const PAIRS = 2;
/** Twice what the narrow link has on its way of text that has become a quarter. */
const WINDOW_BYTES = 2 * 1024 * 1024;
const MIB = 1024 * 1024;
const KIB = 1024;

/** Makes the link first: nothing else is started where there can be none. */
export async function distance(context: Context): Promise<BenchResult> {
  context.progress('making the link');
  await using undo = new AsyncDisposableStack();
  const link = await startLink(context.signal);
  undo.defer(link.close);
  const within: Context = { ...context, enter: link.enter };
  const { address: farAddress } = link;
  const contestants = {
    [CONTROL]: { kind: 'tcp-cluster', regions: 2, farAddress },
    [FLOOR]: { kind: 'splice', farAddress },
    Meridian: { kind: 'meridian', regions: 2, farAddress },
    [FAST]: { kind: 'meridian', regions: 2, farAddress, compression: 's2_fast' },
  } as const;
  const measures = await withContestants(contestants, within, async (started) => {
    const paths = await Promise.all(started.map(pathThrough));
    await using clients = new LoadClients(within);
    const all: Measure[] = [];
    for (const { text, settings } of [NARROW, FAR]) {
      await link.set(settings);
      all.push(...(await overLink(within, { text, link, paths, clients })));
    }
    return all;
  });
  return {
    name: 'distance',
    title: 'From one region to another, over distance',
    rounds: context.rounds,
    notes: [
      "Two servers of one configuration. One TCP connection of each path crosses the link: that of the TCP route, or that of the far object to its server. It is the kernel's TCP (cubic), packet by packet, through a TUN device that delays, drops and holds back.",
      'Delays are round trips. Packets are lost at random, both ways, so that one run over the far link may have twice the rate of the next, whatever the contestant. The narrow link has a queue of 250 kB.',
      `${PAIRS} pairs, one way; at most ${WINDOW_BYTES / MIB} MiB in flight in all. On the link: bytes both ways with all headers, acknowledgements and what TCP sent again.`,
    ],
    measures,
  };
}

interface OverLink {
  readonly text: string;
  readonly link: Link;
  readonly paths: readonly Path[];
  readonly clients: LoadClients;
}

async function overLink(context: Context, { text, link, paths, clients }: OverLink): Promise<Measure[]> {
  const isNarrow = text === NARROW.text;
  // The first seconds are those of TCP finding its rate; one round that does not count is for that.
  const alternate = alternating(context, paths);
  const durationMs = context.quick ? 1000 : isNarrow ? 3000 : 8000;
  const measures: Measure[] = [];
  for (const load of LOADS) {
    const what = `${text}: ${load.text}`;
    // Where packets are lost at random, chance is larger than what a goal could be about.
    const goals = isNarrow ? [...OWN_GOALS, ...load.goals] : [];
    const { payloadBytes, content } = load;
    const shape = { pairs: PAIRS, payloadBytes, content, durationMs, windowBytes: WINDOW_BYTES };
    measures.push(
      ...(await alternate(
        [
          { what, unit: 'msg/s', control: CONTROL, goals },
          { what: `${what}, payload`, unit: 'MiB/s', control: CONTROL },
          { what: `${what}, on the link per message`, unit: 'KiB', control: CONTROL },
        ],
        async (path) => {
          const before = await link.bytes();
          const { count, perSecond } = await clients.oneWay(path, shape);
          const crossed = (await link.bytes()) - before;
          return [perSecond, (perSecond * payloadBytes) / MIB, crossed / count / KIB];
        },
      )),
    );
  }
  return measures;
}
