// A loopback port that forwards to another one, so that its connections can be cut: the control for a cut link.

import { connect, createServer, type Socket } from 'node:net';

import { closeServer, LOOPBACK, listenOnLoopback } from '../../local/listen.ts';
import type { Closeable } from '../../local/teardown.ts';

export interface RouteRelay extends Closeable {
  readonly port: number;
  /** Resets every connection; new ones are accepted. */
  cut(): void;
}

export async function startRouteRelay(to: number): Promise<RouteRelay> {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to, LOOPBACK);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.setNoDelay(true).on('error', () => one.destroy());
      one.once('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const port = await listenOnLoopback(server);
  const cut = () => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    port,
    cut,
    close: async () => {
      const closed = closeServer(server);
      cut();
      await closed;
    },
  };
}
