// What a leaf node has that joins through the edge, beside one that joins the region's server directly: the same server of
// somebody else, the same region, the same clients. And the same of external regions
// (external.ts) and of MQTT clients (mqtt.ts).

import { LOOPBACK } from '../../local/listen.ts';
import { alternating } from '../alternating.ts';
import { startContestant } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import { LoadClients } from '../load/clients.ts';
import type { BenchResult } from '../result.ts';
import { externalMeasures } from './external.ts';
import { startLeaf } from './leaf.ts';
import { mqttMeasures } from './mqtt.ts';

const CONTROL = 'leaf node, direct';

const PAIRS = 2;
const LOAD_MS = 2_000;
const QUICK_LOAD_MS = 300;

export async function doors(context: Context): Promise<BenchResult> {
  const leafs = await leafMeasures(context);
  return {
    name: 'doors',
    title: 'Leaf nodes, external regions and MQTT clients through the edge',
    rounds: context.rounds,
    notes: [
      'One region on this machine. The clients at one end are those of the leaf node, or of the region, through the edge or directly at its WebSocket port; at the other end they are at the port of its server.',
      'External region: a nats-server of its own, directly at its WebSocket port and through the Worker; no object and no container is between.',
      'MQTT: both clients of one process, MQTT.js, at the first of three regions; QoS 1 is acknowledged once two of three servers have it.',
      'On one machine workerd and the local engine take turns with the servers on its cores.',
    ],
    measures: [...leafs, ...(await externalMeasures(context)), ...(await mqttMeasures(context))],
  };
}

async function leafMeasures(context: Context): Promise<BenchResult['measures']> {
  await using undo = new AsyncDisposableStack();
  context.progress('doors: starting Meridian');
  const stack = undo.adopt(
    await startContestant('Meridian', { kind: 'meridian', regions: 1 }, context),
    (each) => each.close(),
  );
  const [server] = await stack.child.call.servers();
  if (server === undefined) throw new Error('the region has no server');
  const direct = `ws://${LOOPBACK}:${server.webSocket}`;
  const ends = [
    ['client, direct', direct],
    ['client, through the edge', stack.url],
    [CONTROL, undo.use(await startLeaf(context.natsServer, 'direct', direct)).url],
    ['leaf node, through the edge', undo.use(await startLeaf(context.natsServer, 'edge', stack.url)).url],
  ] as const;
  const far = `nats://${LOOPBACK}:${server.client}`;
  const paths = ends.map(([name, near]) => ({ name, near, far }));

  await using clients = new LoadClients(context);
  const shape = (payloadBytes: number) => ({
    ...{ pairs: PAIRS, payloadBytes },
    durationMs: context.quick ? QUICK_LOAD_MS : LOAD_MS,
  });
  const alternate = alternating(context, paths);
  return [
    ...(await alternate(
      [{ what: 'request/reply, 128 B, p50', unit: 'ms', control: CONTROL }],
      async (path) => [(await clients.requests(path, shape(128), 1)).p50Ms],
    )),
    ...(await alternate([{ what: 'one way, 128 B', unit: 'msg/s', control: CONTROL }], async (path) => [
      (await clients.oneWay(path, shape(128))).perSecond,
    ])),
    ...(await alternate([{ what: 'one way, 16 KiB', unit: 'msg/s', control: CONTROL }], async (path) => [
      (await clients.oneWay(path, shape(16_384))).perSecond,
    ])),
  ];
}
