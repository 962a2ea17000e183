// How long things take to come up: the whole stack, a region that sleeps, the mesh after a region was killed, and a
// link that was cut.

import { alternating } from '../alternating.ts';
import type { Kind } from '../contestants/contestant.ts';
import { type Contestant, startContestant, withContestants } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import { LoadClients } from '../load/clients.ts';
import type { BenchResult, Measure } from '../result.ts';

/** The regions of the checked-in configuration. */
const REGIONS = 6;
const CONTROL = 'nats-server alone';
/** The second region of the checked-in configuration, which is the last of two. */
const SLEEPER = 'enam';
const FIRST_MESSAGE_TIMEOUT_MS = 60_000;

export async function start(context: Context): Promise<BenchResult> {
  const measures = [
    ...(await coldStarts(context)),
    ...(await firstMessages(context)),
    ...(await healing(context)),
    ...(await remaking(context)),
  ];
  return {
    name: 'start',
    title: 'Coming up',
    rounds: context.rounds,
    notes: [
      `Cold: nothing runs; ready: all ${REGIONS} regions are one cluster. Building the Worker is wrangler's bundling, which no deployment does at a start. Times of steps count from the beginning.`,
      'A sleeping region: a client connects to it, subscribes, publishes, and has its message. Control: the same from the spawn of a nats-server.',
      'Killed: with SIGKILL; until every server has a route to every other again. The control is restarted at once.',
      'Cut: both servers live on, their connection is reset; until each has another one to the other. Control: the servers dial again by themselves.',
      'On this machine a container starts as fast as its process; on Cloudflare it takes one to three seconds more.',
    ],
    measures,
  };
}

async function coldStarts(context: Context): Promise<readonly Measure[]> {
  const kinds: readonly { readonly name: string; readonly kind: Kind; readonly regions?: number }[] = [
    { name: CONTROL, kind: 'tcp-cluster', regions: REGIONS },
    { name: 'Meridian', kind: 'meridian' },
  ];
  const measure = (what: string) => ({ what, unit: 's', control: CONTROL }) as const;
  return alternating(
    context,
    kinds,
    0,
  )(
    [
      measure('cold to ready'),
      measure('cold to ready, without building the Worker'),
      measure('of it: from running workerd to all regions up'),
      measure('of it: from all regions up to the whole mesh'),
    ],
    async ({ name, ...request }) => {
      const contestant = await startContestant(name, request, context);
      await contestant.close();
      const { engine = 0, built = 0, workerd = 0, up = 0, mesh = 0 } = contestant.steps;
      return [mesh, mesh - (built - engine), up - workerd, mesh - up].map(inSeconds);
    },
  );
}

async function firstMessages(context: Context): Promise<readonly Measure[]> {
  return withContestants(
    { Meridian: { kind: 'meridian', regions: 2, sleeps: true } },
    context,
    async ([edge]) => {
      await using clients = new LoadClients(context);
      const contestants = [{ name: CONTROL }, { name: 'Meridian' }];
      return await alternating(context, contestants)(
        [{ what: 'a sleeping region to the first message', unit: 's', control: CONTROL }],
        async ({ name }) =>
          name === 'Meridian' && edge !== undefined
            ? [inSeconds(await wakeByMessage(edge, clients))]
            : [inSeconds(await spawnToMessage(context, clients))],
      );
    },
  );
}

/** The region sleeps when the stack comes up, and is put to sleep again after each measurement. */
async function wakeByMessage({ url, child }: Contestant, { near }: LoadClients): Promise<number> {
  const server = `nats-${SLEEPER}`;
  const ms = await near.call.firstMessage({
    url: `${url}?region=${SLEEPER}`,
    server,
    timeoutMs: FIRST_MESSAGE_TIMEOUT_MS,
  });
  await child.call.stop({ server });
  return ms;
}

async function spawnToMessage(context: Context, { near }: LoadClients): Promise<number> {
  const contestant = await startContestant(CONTROL, { kind: 'direct' }, context);
  try {
    const ms = await near.call.firstMessage({ url: contestant.url, timeoutMs: FIRST_MESSAGE_TIMEOUT_MS });
    return contestant.startMs + ms;
  } finally {
    await contestant.close();
  }
}

async function healing(context: Context): Promise<readonly Measure[]> {
  const requests = {
    [CONTROL]: { kind: 'tcp-cluster', regions: REGIONS },
    Meridian: { kind: 'meridian', regions: REGIONS },
  } as const;
  return withContestants(requests, context, (contestants) =>
    alternating(
      context,
      contestants,
      0,
    )([{ what: 'a killed region to the whole mesh', unit: 's', control: CONTROL }], async ({ child }) => {
      const servers = await child.call.servers();
      return [inSeconds(await child.call.killAndHeal({ server: servers.at(-1)?.name ?? '' }))];
    }),
  );
}

async function remaking(context: Context): Promise<readonly Measure[]> {
  const requests = {
    [CONTROL]: { kind: 'tcp-cluster', regions: 2, cuttable: true },
    Meridian: { kind: 'meridian', regions: 2 },
  } as const;
  return withContestants(requests, context, (contestants) =>
    alternating(context, contestants)(
      [
        {
          what: 'a cut link to another one',
          unit: 's',
          control: CONTROL,
          goals: [{ of: 'Meridian', atMost: 0.2 }],
        },
      ],
      async ({ child }) => [inSeconds(await child.call.cutAndHeal())],
    ),
  );
}

function inSeconds(ms: number): number {
  return ms / 1000;
}
