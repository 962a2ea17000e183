// What clients have of an external region through the edge, beside connecting to its servers directly.

import { freePort, LOOPBACK } from '../../local/listen.ts';
import { alternating } from '../alternating.ts';
import { startContestant } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import { LoadClients } from '../load/clients.ts';
import type { BenchResult } from '../result.ts';
import { startOtherServer } from './other-server.ts';

const CONTROL = 'external region, direct';

const PAIRS = 2;
const LOAD_MS = 2_000;
const QUICK_LOAD_MS = 300;

export async function externalMeasures(context: Context): Promise<BenchResult['measures']> {
  await using undo = new AsyncDisposableStack();
  context.progress('doors: starting Meridian with an external region');
  const port = await freePort();
  const direct = `ws://${LOOPBACK}:${port}`;
  const configuration = `websocket { host: ${LOOPBACK}, port: ${port}, no_tls: true }`;
  const server = undo.use(await startOtherServer(context.natsServer, 'outside', configuration));
  const stack = undo.adopt(
    await startContestant('Meridian', { kind: 'meridian', regions: 1, external: direct }, context),
    (each) => each.close(),
  );
  const paths = [
    { name: CONTROL, near: direct, far: server.url },
    { name: 'external region, through the edge', near: stack.url, far: server.url },
  ];
  await using clients = new LoadClients(context);
  const shape = (payloadBytes: number) => ({
    ...{ pairs: PAIRS, payloadBytes },
    durationMs: context.quick ? QUICK_LOAD_MS : LOAD_MS,
  });
  const alternate = alternating(context, paths);
  const oneWay = (what: string, bytes: number) =>
    alternate([{ what, unit: 'msg/s', control: CONTROL }], async (path) => [
      (await clients.oneWay(path, shape(bytes))).perSecond,
    ]);
  return [
    ...(await alternate(
      [{ what: 'external region: request/reply, 128 B, p50', unit: 'ms', control: CONTROL }],
      async (path) => [(await clients.requests(path, shape(128), 1)).p50Ms],
    )),
    ...(await oneWay('external region: one way, 128 B', 128)),
    ...(await oneWay('external region: one way, 16 KiB', 16_384)),
  ];
}
