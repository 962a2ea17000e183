// What the spliced mesh costs compared with a route that the servers dial themselves: the same loads from one server to
// another, with clients at the servers' own TCP ports, so that only the route differs.

import { alternating } from '../alternating.ts';
import { type Contestant, withContestants } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import { cpuRows, withCpu } from '../cpu-per-message.ts';
import { type Ends, LoadClients, MESSAGE_SIZES } from '../load/clients.ts';
import type { BenchResult, Goal, Measure } from '../result.ts';

const CONTESTANTS = {
  'TCP route': { kind: 'tcp-cluster', regions: 2 },
  Meridian: { kind: 'meridian', regions: 2, transport: 'connect' },
  'Meridian over RPC': { kind: 'meridian', regions: 2, transport: 'rpc' },
} as const;

const PAIRS = [2, 4, 8];
const CONTROL = 'TCP route';
const RATE_GOAL: Goal = { of: 'Meridian', against: CONTROL, atLeast: 0.9 };
const LATENCY_GOAL: Goal = { of: 'Meridian', against: CONTROL, atMost: 1.4 };

type Path = Ends & Pick<Contestant, 'name' | 'child'>;

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
      '`Meridian over RPC`: where `connect()` between two objects does not work.',
      'The latency is that of a request and its reply with one in flight per pair.',
    ],
    measures,
  };
}

async function pathThrough({ name, child }: Contestant): Promise<Path> {
  const [near, far] = await child.call.servers();
  if (near === undefined || far === undefined) throw new Error(`${name} does not have two servers`);
  return { name, child, near: `nats://127.0.0.1:${near.client}`, far: `nats://127.0.0.1:${far.client}` };
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
            { what: `${pairs} pairs, ${size} one way`, unit: 'msg/s', control: CONTROL, goals: [RATE_GOAL] },
            ...(showsCpu ? cpuRows(`${pairs} pairs, ${size} one way`, CONTROL) : []),
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
            goals: [LATENCY_GOAL],
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
