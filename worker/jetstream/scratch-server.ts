// A nats-server that holds nothing and belongs to no cluster: backups are restored into it to verify them. It runs only
// meanwhile.

import { Container } from '@cloudflare/containers';
import { containerLabels, SCRATCH_LABEL } from '../../regions/container-labels.ts';
import { WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import { activeConfig } from '../config/active-config.ts';
import type { Env } from '../env.ts';

/** The largest that nats-server allows: a backup may have messages that a region no longer takes. */
const MAX_PAYLOAD_BYTES = 64 * 2 ** 20;

export class ScratchServer extends Container<Env> {
  override enableInternet = false;
  override defaultPort = WEBSOCKET_PORT;
  /** It is stopped by who began it; this is for when that one was reset. */
  override sleepAfter = '2h';

  /** Starts it anew. Returns the token that lets in. */
  async begin(): Promise<string> {
    if (this.ctx.container?.running === true) await this.destroy();
    const token = crypto.randomUUID();
    this.envVars = {
      NATS_SCRATCH: 'true',
      NATS_SERVER_NAME: SCRATCH_NAME,
      NATS_JETSTREAM: 'true',
      NATS_MAX_PAYLOAD: String(MAX_PAYLOAD_BYTES),
      NATS_TOKEN: token,
    };
    this.labels = containerLabels(activeConfig(this.env).config.cluster, SCRATCH_LABEL);
    await this.startAndWaitForPorts({ ports: [WEBSOCKET_PORT] });
    return token;
  }

  async end(): Promise<void> {
    await this.destroy();
  }

  /** An upgrade, forwarded natively. */
  override async fetch(request: Request): Promise<Response> {
    if (this.ctx.container?.running !== true) return new Response('no server runs', { status: 503 });
    return this.ctx.container.getTcpPort(WEBSOCKET_PORT).fetch('http://nats-server/', request);
  }
}

/** Of the server, and of the only object. */
export const SCRATCH_NAME = 'nats-verify';

export type ScratchStub = Pick<ScratchServer, 'begin' | 'end'> & Pick<Fetcher, 'fetch'>;

/** @throws Error if the deployment has none */
export function scratchServer(env: Env): ScratchStub {
  if (env.JETSTREAM_SCRATCH === undefined) {
    throw new Error(
      'backups are not verified: this deployment has no scratch server (bind JETSTREAM_SCRATCH)',
    );
  }
  return env.JETSTREAM_SCRATCH.getByName(SCRATCH_NAME) as unknown as ScratchStub;
}
