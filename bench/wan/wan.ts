// What compressed links do to clients at real distances: the k6 scripts `latency` and `fanout` against the whole of the
// checked-in configuration with `--wan`, without compression, without it again, and with it.

import { alternating } from '../alternating.ts';
import { type Contestant, withContestants } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import type { BenchResult, Goal } from '../result.ts';
import { type K6Run, runScript } from './k6-run.ts';

const CONTROL = 'off';
const FAST = 's2_fast';
const CONTESTANTS = {
  [CONTROL]: { kind: 'meridian', wan: true, compression: 'off' },
  'off, again': { kind: 'meridian', wan: true, compression: 'off' },
  [FAST]: { kind: 'meridian', wan: true, compression: 's2_fast' },
} as const;

/** What is on its way across the world is later by no more than the bit that a server takes. */
const GOALS: readonly Goal[] = [{ of: FAST, against: CONTROL, atMost: 1.05 }];

const SECONDS = 20;
const QUICK_SECONDS = 6;
const PAYLOAD_BYTES = 1024;
const KIB = 1024;

/** The figures of a script, by k6's name of the metric. */
const SCRIPTS = [
  {
    script: 'latency',
    times: [
      ['a message to its subscriber', 'nats_delivery'],
      ['a request to its reply', 'nats_request'],
    ],
    crossesFirstLink: true,
  },
  // Whose publisher is in another region than the first two.
  { script: 'fanout', times: [['a message to each subscriber', 'nats_delivery']], crossesFirstLink: false },
] as const;

export async function wan(context: Context): Promise<BenchResult> {
  const seconds = context.quick ? QUICK_SECONDS : SECONDS;
  const measures = await withContestants(CONTESTANTS, context, async (contestants) => {
    // k6 connects anew in each run, and no compiler is cold in a minute of it.
    const alternate = alternating(context, contestants, 0);
    const all = [];
    for (const { script, times, crossesFirstLink } of SCRIPTS) {
      const row = (name: string, unit: 'ms' | 'count' | 'KiB', goals: readonly Goal[] = []) =>
        ({ what: `${script}: ${name}`, unit, control: CONTROL, goals }) as const;
      const rows = [
        ...times.flatMap(([name]) => [row(`${name}, p50`, 'ms', GOALS), row(`${name}, p95`, 'ms', GOALS)]),
        row('messages missing', 'count'),
        ...(crossesFirstLink ? [row('on the wire between the first two regions', 'KiB')] : []),
      ];
      all.push(
        ...(await alternate(rows, (contestant) =>
          measure(
            contestant,
            { script, seconds, metrics: times.map(([, metric]) => metric), crossesFirstLink },
            context.signal,
          ),
        )),
      );
    }
    return all;
  });
  return {
    name: 'wan',
    title: 'Compression at real distances',
    rounds: context.rounds,
    notes: [
      `The k6 scripts of docs/load-testing.md for ${seconds} s, with payloads of ${PAYLOAD_BYTES} B that are one letter again and again, at the rates of their profile \`smoke\`, against all regions with the latency of real distances (\`--wan\`). Bandwidth and loss are those of one machine.`,
      'off, again: what chance does.',
      'On the wire: bytes of the route in one run, both ways, what the servers say to each other included. The letter is what compresses best: what text and random bytes come to is in `mesh`.',
    ],
    measures,
  };
}

interface ScriptRun {
  readonly script: K6Run['script'];
  readonly seconds: number;
  readonly metrics: readonly string[];
  readonly crossesFirstLink: boolean;
}

async function measure(
  { url, child }: Contestant,
  { script, seconds, metrics, crossesFirstLink }: ScriptRun,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const before = await child.call.routeBytes();
  const env = { DURATION: `${seconds}s`, SIZE: String(PAYLOAD_BYTES) };
  const summary = await runScript({ script, url, env, signal });
  const after = await child.call.routeBytes();
  const figuresOf = (metric: string) => summary.metrics[metric]?.all;
  return [
    ...metrics.flatMap((metric) => [
      figuresOf(metric)?.p50 ?? Number.NaN,
      figuresOf(metric)?.p95 ?? Number.NaN,
    ]),
    figuresOf('nats_missing')?.value ?? 0,
    ...(crossesFirstLink && before !== null && after !== null ? [(after - before) / KIB] : []),
  ];
}
