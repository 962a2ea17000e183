// A mesh of twelve regions: whether all of its links are made, how long that takes at the start and after a region was
// killed, and how many connections an object has for them.

import { alternating } from '../alternating.ts';
import { startContestant } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import type { BenchResult, Goal } from '../result.ts';
import { dialled } from './dialled.ts';

const REGIONS = 12;
const LINKS = (REGIONS * (REGIONS - 1)) / 2;

/** Workers and objects may hold so many outgoing connections at a time. */
const MOST_SOCKETS = 6;

const CONTROL = 'TCP cluster';
const BOTH = 'Meridian, system route';
const CONTESTANTS = [
  { name: CONTROL, kind: 'tcp-cluster' },
  { name: 'Meridian', kind: 'meridian', systemRoute: false },
  { name: BOTH, kind: 'meridian', systemRoute: true },
] as const;

const OWN = ['Meridian', BOTH] as const;
const ALL_LINKS = OWN.map((of): Goal => ({ of, atLeast: LINKS }));
const FEW_SOCKETS = OWN.map((of): Goal => ({ of, atMost: MOST_SOCKETS }));

export async function twelve(context: Context): Promise<BenchResult> {
  const row = (what: string, unit: 's' | 'count', goals: readonly Goal[] = []) =>
    ({ what, unit, control: CONTROL, goals }) as const;
  const rows = [
    row('start to the whole mesh', 's'),
    row('a killed region to the whole mesh', 's'),
    row(`links that are up then, of ${LINKS}`, 'count', ALL_LINKS),
    row('an object dials, least', 'count'),
    row('an object dials, most', 'count'),
    row('of it over sockets, connections, most', 'count', FEW_SOCKETS),
    row('of it over RPC, links, most', 'count'),
    row('an object to its own container, connections, most', 'count'),
  ];
  const measures = await alternating(
    context,
    CONTESTANTS,
    0,
  )(rows, async ({ name, ...request }) => {
    const contestant = await startContestant(name, { ...request, regions: REGIONS }, context);
    try {
      const { call } = contestant.child;
      const { workerd = 0, mesh = 0 } = contestant.steps;
      const [killed] = (await call.servers()).slice(-1);
      const healedMs = await call.killAndHeal({ server: killed?.name ?? '' });
      const routes = await call.routeCounts();
      const times = [(mesh - workerd) / 1000, healedMs / 1000];
      const linked = routes.reduce((sum, { peers }) => sum + peers, 0) / 2;
      if (request.kind === 'tcp-cluster') return [...times, linked];
      const own = Math.max(...routes.map((each) => each.routes));
      const { least, most, sockets, overRpc } = dialled(await call.links());
      return [...times, linked, least, most, sockets * (request.systemRoute ? 2 : 1), overRpc, own];
    } finally {
      await contestant.close();
    }
  });
  return {
    name: 'twelve',
    title: `${REGIONS} regions`,
    rounds: context.rounds,
    notes: [
      'The start counts from running workerd, in the control from the first spawn. Killed: the last region, with SIGKILL; until every server has a route to every other again.',
      'Two objects have one link, which one of them dials. A link over RPC is a call, and not one of the outgoing connections that Cloudflare counts, of which an object may hold 6. With a route of its own for the system account (`mesh.systemRoute`) each link has two connections.',
      'Cloudflare has 6 places, so the rule about places (regions/rules/place.ts) is left out, as in `growth`.',
    ],
    measures,
  };
}
