// A member of a region beside the region's own server, through the whole of Meridian: the Worker, its objects, the mesh. In
// one stack, so that nothing differs but the server.

import { waitFor } from '../../waiting/wait-for.ts';
import { alternating } from '../alternating.ts';
import { startContestant } from '../contestants/start.ts';
import type { Context } from '../context.ts';
import type { LoadClients } from '../load/clients.ts';
import { connectNats } from '../load/nats-socket.ts';
import type { Measure } from '../result.ts';

const CONTROL = 'own server';

/** A member starts and joins the mesh within seconds. */
const UP_WITHIN_MS = 60_000;

/** The clients at one end, each with the other end's region. */
interface Path {
  readonly name: string;
  readonly near: string;
  readonly far: string;
}

/** Throughput and round trip from clients of either server to those of another region. */
export async function measureThroughStack(context: Context, clients: LoadClients): Promise<Measure[]> {
  context.progress('starting Meridian with a member');
  const stack = await startContestant('Meridian', { kind: 'meridian', regions: 2, members: 2 }, context);
  try {
    const [first, second] = stack.regions;
    const urlOf = (region: string | undefined, server: number) =>
      `${stack.url}?region=${region}#${region}.${server}`;
    const far = urlOf(second, 1);
    const paths: readonly Path[] = [
      { name: CONTROL, near: urlOf(first, 1), far },
      { name: 'member', near: urlOf(first, 2), far },
    ];
    await untilAt(urlOf(first, 2), `nats-${first}-2`);
    await untilAt(urlOf(first, 1), `nats-${first}`);
    const shape = { pairs: 2, payloadBytes: 128, durationMs: context.quick ? 300 : 1_000 };
    const alternate = alternating(context, paths);
    const what = 'through Meridian to another region';
    return [
      ...(await alternate(
        [{ what: `request/reply ${what}, p50`, unit: 'ms', control: CONTROL }],
        async (path) => [(await clients.requests(path, shape, 1)).p50Ms],
      )),
      ...(await alternate(
        [{ what: `128 B one way ${what}`, unit: 'msg/s', control: CONTROL }],
        async (path) => [(await clients.oneWay(path, shape)).perSecond],
      )),
    ];
  } finally {
    await stack.close();
  }
}

/** Returns once a client gets to that server. */
function untilAt(url: string, name: string): Promise<unknown> {
  return waitFor(`a client at ${name}`, { timeoutMs: UP_WITHIN_MS, pollMs: 100 }, async () => {
    const socket = await connectNats(url);
    socket.close();
    return socket.serverName === name;
  });
}
