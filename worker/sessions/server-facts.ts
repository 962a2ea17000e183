// What a session's nats-server says of itself on its monitoring port.

import { readMonitoring } from '../region/monitoring.ts';
import type { ServerFacts } from './session-stubs.ts';

/** `/varz`, in part. */
interface Varz {
  readonly server_id: string;
  readonly server_name: string;
  readonly version: string;
  readonly connections: number;
  readonly subscriptions: number;
  readonly in_msgs: number;
  readonly out_msgs: number;
  readonly in_bytes: number;
  readonly out_bytes: number;
  readonly slow_consumers: number;
  readonly mem: number;
}

/** @throws Error when it does not answer in time */
export async function readServerFacts(port: Fetcher, hasJetStream: boolean): Promise<ServerFacts> {
  const [varz, { streams }] = await Promise.all([
    readMonitoring<Varz>(port, 'varz'),
    hasJetStream ? readMonitoring<{ readonly streams: number }>(port, 'jsz?streams=0') : { streams: 0 },
  ]);
  return {
    serverId: varz.server_id,
    serverName: varz.server_name,
    version: varz.version,
    stats: {
      clients: varz.connections,
      subscriptions: varz.subscriptions,
      inMessages: varz.in_msgs,
      outMessages: varz.out_msgs,
      inBytes: varz.in_bytes,
      outBytes: varz.out_bytes,
      slowConsumers: varz.slow_consumers,
      memoryBytes: varz.mem,
      streams,
    },
  };
}
