// One server of a stack is far away: whoever joins it to another one reaches its route port at another address.

import type { EngineOptions } from '../../local/engine/engine.ts';
import { ROUTE_PORT } from '../../regions/container-ports.ts';

export function farRoute(server: string, address: string): NonNullable<EngineOptions['hosts']> {
  return (name, port) => (name === server && port === ROUTE_PORT ? address : undefined);
}
