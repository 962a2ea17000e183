// Fills a region up to its `maxConnections` with idle clients that force it and stay; and keeps it full.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '../../api/client.ts';
import { FORCE_REGION_HEADER } from '../../api/headers.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { clientFrame, rawUpgrade } from '../support/raw-upgrade.ts';

/** Between two checks whether there is room again. */
const LOOK_MS = 100;
const FULL_WITHIN_MS = 30_000;

/** With what clients say of themselves: one that says nothing counts as one that has not authenticated. */
const CONNECT = clientFrame('CONNECT {"verbose":false,"lang":"none","version":"0"}\r\nPING\r\n');

/** Returns once it is full; from then on it is kept full until the returned function is called. */
export async function fillRegion(url: string, region: string): Promise<() => void> {
  const sockets = new Set<Socket>();
  const end = new AbortController();
  const isFull = async () => {
    const { regions } = await new ApiClient({ url }).regions();
    const { clients, maxClients } = regions.find(({ id }) => id === region) ?? {};
    return (clients ?? 0) >= (maxClients ?? Number.POSITIVE_INFINITY);
  };
  /** Until the next one is refused, and returns whether it was. */
  const fill = async () => {
    while (!end.signal.aborted) {
      const { socket } = await rawUpgrade(url, { [FORCE_REGION_HEADER]: region });
      if (end.signal.aborted) socket?.destroy();
      if (socket === undefined || end.signal.aborted) return true;
      sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
      socket.resume().write(CONNECT);
      await once(socket, 'data');
    }
    return false;
  };
  const close = () => {
    end.abort();
    for (const socket of sockets) socket.destroy();
  };
  try {
    await waitFor(`${region} to be full`, { timeoutMs: FULL_WITHIN_MS }, async () => {
      const isRefused = await fill();
      return isRefused && (await isFull());
    });
  } catch (error) {
    close();
    throw error;
  }
  void keepFull(fill, end.signal);
  return close;
}

async function keepFull(fill: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // The next check makes up for one that fails.
    await fill().catch(() => {});
    await delay(LOOK_MS);
  }
}
