// What compressed links save and cost: text and what cannot be compressed, against a route that the servers dial
// themselves without compression, against two objects that only forward what the servers compress, and against Meridian's own
// without.

import { alternating } from '../alternating.ts';
import { withContestants } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import { cpuRows, withCpu } from '../cpu-per-message.ts';
import { LoadClients } from '../load/clients.ts';
import type { Content } from '../load/payload.ts';
import type { Goal, Measure } from '../result.ts';
import { pathThrough } from './path.ts';

const CONTROL = 'TCP route';
const FLOOR = 'splice, s2_fast';
const FAST = 'Meridian, s2_fast';
const CONTESTANTS = {
  [CONTROL]: { kind: 'tcp-cluster', regions: 2 },
  [FLOOR]: { kind: 'splice', compression: 's2_fast' },
  Meridian: { kind: 'meridian', regions: 2 },
  [FAST]: { kind: 'meridian', regions: 2, compression: 's2_fast' },
  'Meridian, s2_better': { kind: 'meridian', regions: 2, compression: 's2_better' },
} as const;

const JSON_GOALS: readonly Goal[] = [
  { of: FAST, against: FLOOR, atLeast: 0.95 },
  { of: FAST, against: CONTROL, atLeast: 0.9, floor: FLOOR },
];

const CONTENTS: readonly (readonly [text: string, content: Content, goals: readonly Goal[]])[] = [
  ['4 KiB of JSON', 'json', JSON_GOALS],
  ['4 KiB that cannot be compressed', 'random', [{ of: FAST, against: 'Meridian', atLeast: 0.95 }]],
];

const LATENCY_GOAL: Goal = { of: FAST, against: 'Meridian', atMost: 1.1 };

const PAYLOAD_BYTES = 4096;
const PAIRS = 2;
const KIB = 1024;

export function compressed(context: Context): Promise<readonly Measure[]> {
  const durationMs = context.quick ? 300 : 1000;
  return withContestants(CONTESTANTS, context, async (contestants) => {
    const paths = await Promise.all(contestants.map(pathThrough));
    await using clients = new LoadClients(context);
    const alternate = alternating(context, paths);
    const measures: Measure[] = [];
    for (const [text, content, goals] of CONTENTS) {
      const what = `${PAIRS} pairs, ${text} one way`;
      const rows = [
        { what, unit: 'msg/s', control: CONTROL, goals },
        ...cpuRows(what, CONTROL, 'Meridian'),
        { what: `${what}, on the wire per message`, unit: 'KiB', control: 'Meridian' },
      ] as const;
      const shape = { pairs: PAIRS, payloadBytes: PAYLOAD_BYTES, durationMs, content };
      measures.push(
        ...(await alternate(rows, async (path) => {
          const before = await path.child.call.routeBytes();
          let count = 0;
          const values = await withCpu(path, async () => {
            const sent = await clients.oneWay(path, shape);
            count = sent.count;
            return sent;
          });
          const after = await path.child.call.routeBytes();
          const wire = before === null || after === null ? Number.NaN : (after - before) / count / KIB;
          return [...values, wire];
        })),
      );
    }
    const shape = { pairs: PAIRS, payloadBytes: 128, durationMs };
    measures.push(
      ...(await alternate(
        [
          {
            what: `${PAIRS} pairs, 128 B request/reply, p50`,
            unit: 'ms',
            control: CONTROL,
            goals: [LATENCY_GOAL],
          },
        ],
        async (path) => [(await clients.requests(path, shape, 1)).p50Ms],
      )),
    );
    return measures;
  });
}
