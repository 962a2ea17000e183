// What Meridian adds to a connect: the same through the platform with none of our code, with no more of it than the calls of
// the platform that it cannot do without, and through the stock class.

import { withContestants } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import { LoadClients } from '../load/clients.ts';
import type { BenchResult } from '../result.ts';
import { connecting } from './connecting.ts';

/** Its second run shows what differs by chance. */
const CONTROL = 'platform';
const CONTESTANTS = {
  [CONTROL]: { kind: 'platform' },
  'platform, again': { kind: 'platform' },
  calls: { kind: 'calls' },
  stock: { kind: 'stock' },
  Meridian: { kind: 'meridian' },
} as const;

const OPTIONS = {
  control: CONTROL,
  goals: [{ of: 'Meridian', against: CONTROL, atMost: 1.05, floor: 'calls' }],
  runs: 30,
  connects: 50,
};

export async function connect(context: Context): Promise<BenchResult> {
  const measures = await withContestants(CONTESTANTS, context, async (contestants) => {
    await using clients = new LoadClients(context);
    return await connecting(context, contestants, clients, OPTIONS);
  });
  return {
    name: 'connect',
    title: 'Connecting, to the first PONG',
    rounds: context.rounds,
    notes: [
      `One after the other, from a process of its own; ${OPTIONS.runs} runs of ${OPTIONS.connects} in each round.`,
      'platform: a Worker, an object and a container with nothing of ours. stock: `containerFetch` of @cloudflare/containers.',
      'calls: the same as platform, with the calls without which nobody can be routed: it reads where the client is, copies headers, gives up in time, and answers with headers of its own. It decides nothing.',
    ],
    measures,
  };
}
