// Fills a region up to its `maxConnections` with clients that insist on it, stay, and say nothing; and keeps it full.

import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { FORCE_REGION_HEADER } from '../../api/headers.ts';
import type { Engine } from '../../local/engine/engine.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { monitorOf, readMonitor } from '../support/monitor.ts';
import { clientFrame, rawUpgrade } from '../support/raw-upgrade.ts';

/** Between two looks at whether there is room again. */
const LOOK_MS = 100;
const FULL_WITHIN_MS = 30_000;

/** Returns once it is full; from then on it is kept full until the returned function is called. */
export async function fillRegion(engine: Engine, url: string, region: string): Promise<() => void> {
  const monitor = await monitorOf(engine, region);
  const sockets = new Set<Socket>();
  const end = new AbortController();
  const room = async () => {
    const { connections, max_connections } = await readMonitor(monitor, 'varz');
    return max_connections - connections;
  };
  const fill = async () => {
    for (let left = await room(); left > 0; left -= 1) {
      const { socket } = await rawUpgrade(url, { [FORCE_REGION_HEADER]: region });
      if (end.signal.aborted) socket?.destroy();
      if (socket === undefined || end.signal.aborted) return;
      sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
      socket.resume().write(clientFrame('CONNECT {"verbose":false}\r\nPING\r\n'));
    }
  };
  const close = () => {
    end.abort();
    for (const socket of sockets) socket.destroy();
  };
  try {
    await waitFor(`${region} to be full`, { timeoutMs: FULL_WITHIN_MS }, async () => {
      await fill();
      return (await room()) <= 0;
    });
  } catch (error) {
    close();
    throw error;
  }
  void keepFull(fill, end.signal);
  return close;
}

async function keepFull(fill: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // A look that fails is made up for by the next one.
    await fill().catch(() => {});
    await delay(LOOK_MS);
  }
}
