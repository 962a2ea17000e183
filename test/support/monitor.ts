// The monitoring of a local nats-server, read directly, not through the edge. In part.

import type { Engine } from '../../local/engine/engine.ts';
import { MONITORING_PORT } from '../../regions/container-ports.ts';
import { instanceNameOf } from '../../regions/names.ts';
import type { Routez, Varz } from '../../worker/region/monitoring-answers.ts';

export interface Connz {
  readonly connections: readonly {
    readonly cid: number;
    readonly ip: string;
    readonly name?: string;
    /** From the client. */
    readonly in_msgs: number;
    /** To it. */
    readonly out_msgs: number;
    /** Why it was closed. */
    readonly reason?: string;
    readonly port: number;
  }[];
}

export interface Jsz {
  readonly account_details?: readonly {
    readonly stream_detail?: readonly {
      readonly name: string;
      /** Of the replica on this server. */
      readonly state: { readonly last_seq: number; readonly messages: number };
    }[];
  }[];
}

interface Endpoints {
  readonly connz: Connz;
  readonly 'connz?state=closed': Connz;
  readonly routez: Routez;
  readonly varz: Varz;
  readonly 'jsz?streams=true': Jsz;
}

/** Base address of a running server's monitoring. */
export async function monitorOf(engine: Engine, region: string): Promise<string> {
  const port = await engine.server(instanceNameOf(region))?.app.port(MONITORING_PORT);
  if (port === undefined) throw new Error(`the server of ${region} is not running`);
  return `http://127.0.0.1:${port}`;
}

export async function readMonitor<E extends keyof Endpoints>(
  monitor: string,
  endpoint: E,
): Promise<Endpoints[E]> {
  const response = await fetch(`${monitor}/${endpoint}`);
  if (!response.ok) throw new Error(`${monitor}/${endpoint} answered ${response.status}`);
  return (await response.json()) as Endpoints[E];
}
