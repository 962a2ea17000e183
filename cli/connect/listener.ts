// Listens on this machine for clients of TCP, and carries each of them to the edge.

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { carry, SILENCE_MS } from './carry.ts';
import type { Target } from './dial.ts';

export interface Address {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
}

export interface ListenerOptions {
  readonly at: Address;
  readonly target: Target;
  /** Told a line about a client, which is numbered as it came. */
  readonly tell: (client: number, what: string) => void;
  /** A region that sent nothing for so long counts as gone. */
  readonly silenceMs?: number;
}

export interface Listener {
  readonly port: number;
  /** Lets go of all clients, and resolves when they are gone. */
  close(): Promise<void>;
}

/** @throws Error if the address cannot be had */
export async function listen({
  at,
  target,
  tell,
  silenceMs = SILENCE_MS,
}: ListenerOptions): Promise<Listener> {
  const open = new Map<Socket, Promise<void>>();
  let last = 0;
  const server = createServer((client) => {
    last += 1;
    const number = last;
    const cameAt = Date.now();
    const events = {
      taken: (region?: string) =>
        tell(number, region === undefined ? 'connected' : `taken by region ${region}`),
      refused: (why: string) => tell(number, `not taken: ${why}`),
      ended: (why?: string) => tell(number, endText(Date.now() - cameAt, why)),
    };
    const carried = carry(client, target, events, silenceMs);
    open.set(client, carried);
    void carried.finally(() => open.delete(client));
  });
  server.listen(at);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : at.port,
    async close() {
      server.close();
      const carried = [...open.values()];
      for (const client of open.keys()) client.destroy();
      await Promise.all(carried);
    },
  };
}

function endText(ms: number, why: string | undefined): string {
  const after = `ended after ${(ms / 1000).toFixed(1)} s`;
  return why === undefined ? after : `${after}: the region is taken to be gone, ${why}`;
}
