// What comes through another door than that of NATS clients: it is routed as they are, and signs in at the region's server.

import type { Door } from '../../api/doors.ts';
import { type MeridianConfig, ownRegions } from '../../regions/config.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { readUpgrade } from '../upgrade.ts';
import { upgradeRefusal } from '../upgrade-check.ts';
import { connectClient } from './connect-client.ts';
import { noteVisit } from './visit-counts.ts';

type OtherDoor = Exclude<Door, 'nats'>;

const WHO: Readonly<Record<OtherDoor, string>> = { leafnode: 'leaf nodes', mqtt: 'MQTT' };

const NO_JETSTREAM =
  'MQTT needs JetStream, which keeps its sessions, and no region has it: set `jetstream` of three regions (docs/doors.md)';

const ONE: Readonly<Record<OtherDoor, string>> = { leafnode: 'a leaf node', mqtt: 'an MQTT client' };

/**
 * The handler of a door, which the configuration opens. That it is closed is told to who only looks, too: a nats-server's log has
 * no more of an answer than that it was none.
 */
export function throughDoor(door: OtherDoor): (request: Request, edge: EdgeContext) => Promise<Response> {
  return async (request, edge) => {
    const why = whyClosed(door, edge.config);
    if (why === undefined)
      return upgradeRefusal(request, ONE[door]) ?? connectClient(readUpgrade(request), edge, door);
    if (request.headers.has('upgrade')) noteVisit(request, edge, { refusal: 'door_off', cameAt: Date.now() });
    return errorResponse('door_off', why);
  };
}

/** Undefined if the door is open. */
export function whyClosed(door: OtherDoor, config: MeridianConfig): string | undefined {
  if (!config.doors[door]) return `the door for ${WHO[door]} is off: set \`doors.${door}\` (docs/doors.md)`;
  const hasJetStream = ownRegions(config).some(({ enabled, jetstream }) => enabled && jetstream);
  return door === 'mqtt' && !hasJetStream ? NO_JETSTREAM : undefined;
}
