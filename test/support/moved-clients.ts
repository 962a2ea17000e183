// Clients of which a region may move some: how often each was disconnected, and what a well-behaved one does when its
// server tells it to reconnect.

import { type Client, type ClientOptions, connectFrom } from './client.ts';
import type { Place } from './data/places.ts';

export interface MovedClient extends Client {
  /** How often its connection was lost or given up. */
  readonly disconnects: number;
  /** How often its server told it to reconnect. */
  readonly told: number;
  /** The server that took it when it came. */
  readonly first: string;
  /** The server at which it is. */
  readonly server: string;
}

export interface MovedOptions extends ClientOptions {
  /** What it finishes before it reconnects; without it it stays until it is disconnected. */
  readonly beforeItLeaves?: (client: Client) => Promise<void>;
  /** Called when it is connected again. */
  readonly onceBack?: (client: Client) => void;
}

export async function connectMoved(
  url: string,
  place: Place,
  { beforeItLeaves, onceBack, ...options }: MovedOptions = {},
): Promise<MovedClient> {
  const client = await connectFrom(url, place, options);
  let disconnects = 0;
  let told = 0;
  void (async () => {
    for await (const { type } of client.nats.status()) {
      if (type === 'disconnect') disconnects += 1;
      if (type === 'reconnect') onceBack?.(client);
      if (type !== 'ldm') continue;
      told += 1;
      if (beforeItLeaves === undefined) continue;
      await beforeItLeaves(client);
      await client.nats.reconnect();
    }
  })();
  return {
    nats: client.nats,
    close: client.close,
    [Symbol.asyncDispose]: client.close,
    get region() {
      return client.region;
    },
    get upgradeHeaders() {
      return client.upgradeHeaders;
    },
    first: client.nats.info?.server_name ?? '',
    get disconnects() {
      return disconnects;
    },
    get told() {
      return told;
    },
    get server() {
      return client.nats.info?.server_name ?? '';
    },
  };
}
