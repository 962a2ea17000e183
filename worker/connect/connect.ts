// Whoever connects: a client of the regions, or one of a session that its request names. Who names none, and everybody
// where there are no sessions, is taken to the regions at once.

import { PATHS } from '../../api/paths.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { extractSessionId } from '../sessions/asked-session.ts';
import type { Upgrade } from '../upgrade.ts';
import { connectClient } from './connect-client.ts';
import { connectSession } from './connect-session.ts';

/** Of MQTT 3.1.1 and 5, and of 3.1. */
const MQTT_PROTOCOLS: readonly string[] = ['mqtt', 'mqttv3.1'];

export function connect(upgrade: Upgrade, edge: EdgeContext): Response | Promise<Response> {
  if (speaksMqtt(upgrade)) return errorResponse('bad_request', `MQTT clients connect at ${PATHS.mqtt}`);
  const isOn = edge.config.sessions.madeBy !== 'nobody';
  return isOn && extractSessionId(upgrade) !== undefined
    ? connectSession(upgrade, edge)
    : connectClient(upgrade, edge);
}

/** An MQTT client names its protocol, and would wait for ever for an answer of it; NATS clients name none. */
function speaksMqtt({ headers }: Upgrade): boolean {
  const protocols = headers.get('sec-websocket-protocol')?.toLowerCase().split(',') ?? [];
  return protocols.some((protocol) => MQTT_PROTOCOLS.includes(protocol.trim()));
}
