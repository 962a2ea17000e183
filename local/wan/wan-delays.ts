// The delays of tunnels into a region's container, from the routing model's expected round trips. Delayed is what
// crosses the world in a deployment: a client's WebSocket, between the data center where it enters and the region,
// and a route, between two regions. Monitoring is not: a region's object runs beside its container.

import { PLACE_HEADER } from '../../api/headers.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { ROUTE_PORT, WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { entryOf } from '../../routing/entry.ts';
import { expectedRttMs } from '../../routing/latency/prior.ts';
import { compileRouting } from '../../routing/plan.ts';
import { priorsOf } from '../../routing/priors.ts';
import type { DelayOf } from './join-delayed.ts';

const PLACE_LINE = new RegExp(`^${PLACE_HEADER}: *(\\{.*\\})\\r$`, 'im');

/**
 * The delay of tunnels to a port of a server's container; undefined where there is none. `region` is what the server is told of
 * where it is: a session's, which is none of the regions' own servers.
 */
export type WanDelays = (serverName: string, containerPort: number, region?: string) => DelayOf | undefined;

export function wanDelays(config: MeridianConfig): WanDelays {
  const plan = compileRouting(config, 0);
  const indexOf = new Map(config.regions.map(({ id }, index) => [instanceNameOf(id), index]));
  return (serverName, containerPort, at) => {
    const near = at !== undefined && containerPort === WEBSOCKET_PORT ? instanceNameOf(at) : serverName;
    const index = indexOf.get(serverName) ?? indexOf.get(near);
    const region = config.regions[index ?? -1];
    if (index === undefined || region === undefined) return undefined;
    if (containerPort === WEBSOCKET_PORT) {
      return (opening) => {
        const place = placeInUpgrade(opening);
        return place && (priorsOf(entryOf(place, plan).entry, plan)[index] ?? 0) / 2;
      };
    }
    if (containerPort !== ROUTE_PORT) return undefined;
    return (opening) => {
      const name = peerInGreeting(opening);
      if (name === undefined) return undefined;
      const peer = config.regions[indexOf.get(name) ?? -1];
      // A route goes through both servers' sidecars: the one whose name sorts first delays it for both.
      return peer === undefined || name < serverName ? 0 : expectedRttMs(region, peer) / 2;
    };
  };
}

/** The part of `request.cf` that the Worker sends to the region; undefined until the headers are complete. */
function placeInUpgrade(opening: Buffer): object | undefined {
  const text = opening.toString('latin1');
  if (!text.includes('\r\n\r\n')) return undefined;
  const json = PLACE_LINE.exec(text)?.[1];
  return json === undefined ? {} : (JSON.parse(json) as object);
}

/** The name of the server that a spliced route leads to; undefined until its INFO is complete. */
function peerInGreeting(opening: Buffer): string | undefined {
  const info = /(?:^|\r\n)INFO (\{.*\})\r\n/.exec(opening.toString('utf8'))?.[1];
  if (info === undefined) return undefined;
  const { server_name: name } = JSON.parse(info) as { readonly server_name?: string };
  return name ?? '';
}
