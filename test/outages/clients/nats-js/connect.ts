// One connection of nats.js, with its own defaults.

import { type NatsConnection, wsconnect } from '@nats-io/nats-core';
import { standingIn } from '../../../support/data/places.ts';
import type { City } from '../client-spec.ts';
import { spec } from './program.ts';
import { withUpgradeStatus } from './upgrade-status.ts';

/** Between two attempts of a client that was refused. */
export const RETRY_MS = 100;

export interface ConnectOptions {
  /** -1: for ever. */
  readonly maxReconnectAttempts?: number;
}

export function connect({ cf }: City, options: ConnectOptions = {}): Promise<NatsConnection> {
  return withUpgradeStatus((headers) =>
    wsconnect({
      ...options,
      servers: spec.url,
      wsFactory: async (server) => ({
        socket: new WebSocket(server, { headers: { ...standingIn(cf), ...headers } }),
        encrypted: false,
      }),
    }),
  );
}

export function regionOf({ info }: NatsConnection): string {
  return (info?.server_name ?? '').replace(/^nats-/, '');
}
