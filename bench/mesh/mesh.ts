// What the spliced mesh costs compared with a route that the servers dial themselves: the same loads from one server to
// another, with clients at the servers' own TCP ports, so that only the route differs.

import { alternating } from '../alternating.ts';
import { withContestants } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import { cpuRows, withCpu } from '../cpu-per-message.ts';
import { LoadClients, MESSAGE_SIZES } from '../load/clients.ts';
import type { BenchResult, Goal, Measure } from '../result.ts';
import { compressed } from './compressed.ts';
import { type Path, pathThrough } from './path.ts';

const CONTESTANTS = {
  'TCP route': { kind: 'tcp-cluster', regions: 2 },
  splice: { kind: 'splice' },
  Meridian: { kind: 'meridian', regions: 2, transport: 'connect' },
  'Meridian over RPC': { kind: 'meridian', regions: 2, transport: 'rpc' },
} as const;

const PAIRS = [2, 4, 8];
const CONTROL = 'TCP route';
const FLOOR = 'splice';
const RATE_GOALS: readonly Goal[] = [
  { of: 'Meridian', against: FLOOR, atLeast: 0.95 },
  { of: 'Meridian', against: CONTROL, atLeast: 0.9, floor: FLOOR },
];
const LATENCY_GOALS: readonly Goal[] = [
  { of: 'Meridian', against: FLOOR, atMost: 1.05 },
  { of: 'Meridian', against: CONTROL, atMost: 1.4, floor: FLOOR },
];

export async function mesh(context: Context): Promise<BenchResult> {
  const measures = await withContestants(CONTESTANTS, context, async (contestants) => {
    const paths = await Promise.all(contestants.map(pathThrough));
    await using clients = new LoadClients(context);
    return await measureAll(context, paths, clients);
  });
  return {
    name: 'mesh',
    title: 'From one region to another',
    rounds: context.rounds,
    notes: [
      'Two servers of one configuration, joined by the route that Meridian splices, or by one that they dial. Clients use TCP, publishers at the one server, subscribers at the other.',
      "On the wire: bytes of the route in both directions, acknowledgements and the servers' own included, as the engine counts them.",
      'splice: two objects that join the route ports of their containers, with nothing of ours: the floor of the platform.',
      '`Meridian over RPC`: where `connect()` between two objects does not work.',
      'The latency is that of a request and its reply with one in flight per pair.',
    ],
    measures: [...measures, ...(await compressed(context))],
  };
}

async function measureAll(
  context: Context,
  paths: readonly Path[],
  clients: LoadClients,
): Promise<Measure[]> {
  const { quick } = context;
  const alternate = alternating(context, paths);
  const durationMs = quick ? 300 : 1000;
  const measures: Measure[] = [];
  for (const pairs of quick ? PAIRS.slice(0, 1) : PAIRS) {
    // It is the same with more pairs: once is enough.
    const showsCpu = pairs === PAIRS[0];
    for (const [size, payloadBytes] of quick ? MESSAGE_SIZES.slice(1, 3) : MESSAGE_SIZES) {
      const shape = { pairs, payloadBytes, durationMs };
      measures.push(
        ...(await alternate(
          [
            { what: `${pairs} pairs, ${size} one way`, unit: 'msg/s', control: CONTROL, goals: RATE_GOALS },
            ...(showsCpu ? cpuRows(`${pairs} pairs, ${size} one way`, CONTROL, FLOOR) : []),
          ],
          async (path) => {
            const run = () => clients.oneWay(path, shape);
            return showsCpu ? withCpu(path, run) : [(await run()).perSecond];
          },
        )),
      );
    }
    const shape = { pairs, payloadBytes: 128, durationMs };
    measures.push(
      ...(await alternate(
        [
          {
            what: `${pairs} pairs, 128 B request/reply, p50`,
            unit: 'ms',
            control: CONTROL,
            goals: LATENCY_GOALS,
          },
          { what: `${pairs} pairs, 128 B request/reply, p99`, unit: 'ms', control: CONTROL },
        ],
        async (path) => {
          const { p50Ms, p99Ms } = await clients.requests(path, shape, 1);
          return [p50Ms, p99Ms];
        },
      )),
    );
  }
  return measures;
}
