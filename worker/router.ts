// The route table: one line per route.

import type { IRequest } from 'itty-router';
import { Router } from 'itty-router/Router';
import { PATHS, regionOperationPath } from '../api/paths.ts';
import * as admin from './admin/admin-api.ts';
import { connectClient } from './connect/connect-client.ts';
import type { EdgeContext } from './edge-context.ts';
import { errorResponse } from './error-response.ts';
import { health } from './status/health.ts';
import { mesh } from './status/mesh.ts';
import { openApi } from './status/openapi.ts';
import { regions } from './status/regions.ts';
import { route } from './status/route.ts';

type Arguments = [edge: EdgeContext];
type Handler = (request: Request, ...rest: Arguments) => Response | Promise<Response>;

const isUpgrade = (request: Request) => request.headers.get('upgrade')?.toLowerCase() === 'websocket';

/** A route for WebSocket upgrades only; other requests are told so. */
const upgrade =
  (handler: Handler): Handler =>
  (request, ...rest) =>
    isUpgrade(request)
      ? handler(request, ...rest)
      : errorResponse('upgrade_required', 'connect a NATS client here, over WebSocket', {
          headers: { upgrade: 'websocket' },
        });

const missing: Handler = ({ method, url }) =>
  errorResponse('not_found', `nothing at ${method} ${new URL(url).pathname}`);

/** A test checks its routes against the contract. */
export const router = Router<IRequest, Arguments, Response>({
  catch: (error: unknown) => {
    console.error(error);
    return errorResponse('internal', error instanceof Error ? error.message : String(error));
  },
})
  .get(PATHS.root, upgrade(connectClient))
  .get(PATHS.nats, upgrade(connectClient))
  .get(PATHS.health, health)
  .get(PATHS.regions, regions)
  .get(PATHS.mesh, mesh)
  .get(PATHS.route, route)
  .get(PATHS.openapi, openApi)
  .get(PATHS.config, admin.readConfig)
  .put(PATHS.config, admin.putConfig)
  .post(PATHS.dryRun, admin.dryRunConfig)
  .post(PATHS.rollback, admin.rollbackConfig)
  .get(PATHS.history, admin.configHistory)
  .get(PATHS.audit, admin.auditLog)
  .post(regionOperationPath(':id', 'drain'), admin.regionOperations.drain)
  .post(regionOperationPath(':id', 'undrain'), admin.regionOperations.undrain)
  .post(regionOperationPath(':id', 'wake'), admin.regionOperations.wake)
  .post(regionOperationPath(':id', 'stop'), admin.regionOperations.stop)
  .all('*', missing);

/** Answers a request. itty-router itself adds what an `IRequest` has beyond a `Request`. */
export function answer(request: Request, ...rest: Arguments): Promise<Response> {
  return router.fetch(request as IRequest, ...rest);
}
