// The route table: one line a route.

import { AutoRouter, type IRequest } from 'itty-router';
import * as admin from './admin/admin-api.ts';
import { connectClient } from './connect/connect-client.ts';
import type { EdgeContext } from './edge-context.ts';
import { errorResponse } from './error-response.ts';
import * as api from './status/api.ts';

type Arguments = [edge: EdgeContext];
type Handler = (request: Request, ...rest: Arguments) => Response | Promise<Response>;

const isUpgrade = (request: Request) => request.headers.get('upgrade')?.toLowerCase() === 'websocket';

/** A route that only takes WebSocket upgrades; without one, it says what it is for. */
const upgrade =
  (handler: Handler): Handler =>
  (request, ...rest) =>
    isUpgrade(request)
      ? handler(request, ...rest)
      : errorResponse(426, 'upgrade_required', 'connect a NATS client here, over WebSocket', {
          headers: { upgrade: 'websocket' },
        });

const router = AutoRouter<IRequest, Arguments, Response>({
  missing: (request) =>
    errorResponse(404, 'not_found', `nothing at ${request.method} ${new URL(request.url).pathname}`),
  catch: (error: unknown) => {
    console.error(error);
    return errorResponse(500, 'internal', error instanceof Error ? error.message : String(error));
  },
})
  .get('/', upgrade(connectClient))
  .get('/nats', upgrade(connectClient))
  .get('/health', api.health)
  .get('/api/regions', api.regions)
  .get('/api/route', api.route)
  .get('/api/mesh', api.mesh)
  .get('/api/config', admin.readConfig)
  .put('/api/config', admin.putConfig)
  .post('/api/config/dry-run', admin.dryRunConfig)
  .post('/api/config/rollback', admin.rollbackConfig)
  .get('/api/config/history', admin.configHistory)
  .get('/api/audit', admin.auditLog)
  .post('/api/regions/:id/drain', admin.regionOperations.drain)
  .post('/api/regions/:id/undrain', admin.regionOperations.undrain)
  .post('/api/regions/:id/wake', admin.regionOperations.wake)
  .post('/api/regions/:id/stop', admin.regionOperations.stop);

/** Answers a request. itty-router adds what an `IRequest` has beyond a `Request` by itself. */
export function answer(request: Request, ...rest: Arguments): Promise<Response> {
  return router.fetch(request as IRequest, ...rest);
}
