// The route table: one line per route.

import type { IRequest } from 'itty-router';
import { Router } from 'itty-router/Router';
import {
  backupPath,
  jobPath,
  PATHS,
  regionOperationPath,
  rolloutPath,
  scalingPath,
  sessionPath,
  sessionServerPath,
} from '../api/paths.ts';
import * as admin from './admin/admin-api.ts';
import { connect } from './connect/connect.ts';
import { connectSession } from './connect/connect-session.ts';
import { throughDoor } from './connect/through-door.ts';
import type { EdgeContext } from './edge-context.ts';
import { errorResponse } from './error-response.ts';
import { hardened } from './hardened.ts';
import { live } from './live/live.ts';
import { refuseOtherSites } from './other-sites.ts';
import { pageFileOr, pageOr } from './page/page.ts';
import { credentials } from './sign-in/credentials.ts';
import { about } from './status/about.ts';
import { isPublic, preflight, readableByPages } from './status/cross-origin.ts';
import { flags } from './status/flags.ts';
import { health } from './status/health.ts';
import { mesh } from './status/mesh.ts';
import { openApi } from './status/openapi.ts';
import { regions } from './status/regions.ts';
import { route } from './status/route.ts';
import { whoami } from './status/whoami.ts';
import { readUpgrade, type Upgrade } from './upgrade.ts';
import { upgradeRefusal } from './upgrade-check.ts';

type Arguments = [edge: EdgeContext];
type Handler = (request: Request, ...rest: Arguments) => Response | Promise<Response>;

/** A route that only takes upgrades to WebSocket. */
const upgrade =
  (handler: (upgrade: Upgrade, ...rest: Arguments) => Response | Promise<Response>): Handler =>
  (request, ...rest) => {
    const read = readUpgrade(request);
    return upgradeRefusal(read) ?? handler(read, ...rest);
  };

/** For anyone, unless the configuration shows it to nobody but those with a token or a sign-in. */
const forThoseShown = (name: string, handler: Handler): Handler => {
  const forReaders = admin.forReaders(name, handler);
  return (request, edge) =>
    edge.config.admin.regionsShownTo === 'readers' ? forReaders(request, edge) : handler(request, edge);
};

const DOORS = `NATS clients connect at ${PATHS.root} or ${PATHS.nats}, leaf nodes at ${PATHS.leafnode}, MQTT at ${PATHS.mqtt}`;

/** Who looks why a client or a server does not get in may ask without an upgrade. */
const ALMOST_A_DOOR = /\/(nats|leafnodes?|mqtt)\b/i;

/** No route has taken the request: there is none of its path, or none of its method. */
const missing: Handler = ({ method, url, headers }) => {
  const { pathname } = new URL(url);
  const methods = methodsOf(pathname);
  if (methods.length === 0) {
    const doors = headers.has('upgrade') || ALMOST_A_DOOR.test(pathname) ? `: ${DOORS}` : '';
    return errorResponse('not_found', `nothing at ${method} ${pathname}${doors}`);
  }
  const allow = methods.join(', ');
  if (method === 'OPTIONS' && isPublic(pathname)) return preflight(allow);
  return errorResponse('method_not_allowed', `${pathname} takes ${allow}, not ${method}`, {
    headers: { allow },
  });
};

/** What went wrong may tell more than strangers should know, so they only get what finds it in the log. */
function failed(error: unknown): Response {
  const id = crypto.randomUUID().slice(0, 8);
  console.error(`error ${id}:`, error);
  const message = `something went wrong in Meridian, not in the request: its log has the reason, as error ${id}`;
  return errorResponse('internal', message);
}

/** A test checks its routes against the contract. */
export const router = Router<IRequest, Arguments, Response>({
  before: [(request, { env }) => refuseOtherSites(request, env)],
  catch: failed,
  finally: [
    (response, { url }) => {
      const isForPages = response.webSocket === null && isPublic(new URL(url).pathname);
      return isForPages ? readableByPages(response) : response;
    },
    (response, { url }) => hardened(response, url),
  ],
})
  .get(PATHS.root, pageOr(upgrade(connect)))
  .get(PATHS.nats, upgrade(connect))
  // nats-server appends it to what the address of its remote has: `//leafnode`, `/leafnode/leafnode`, `/eu/leafnode`.
  .get(`*${PATHS.leafnode}`, throughDoor('leafnode'))
  .get(PATHS.mqtt, throughDoor('mqtt'))
  .get('/assets/:name', pageFileOr(missing))
  .get(PATHS.health, health)
  .get(PATHS.regions, forThoseShown('regions', regions))
  .get(PATHS.mesh, forThoseShown('mesh', mesh))
  .get(PATHS.live, live)
  .get(PATHS.route, route)
  .get(PATHS.flags, flags)
  .get(PATHS.whoami, whoami)
  .get(PATHS.openapi, openApi)
  .get(PATHS.about, about)
  .post(PATHS.credentials, credentials)
  .get(PATHS.config, admin.readConfig)
  .put(PATHS.config, admin.putConfig)
  .post(PATHS.dryRun, admin.dryRunConfig)
  .post(PATHS.rollback, admin.rollbackConfig)
  .get(PATHS.configBackup, admin.configBackup)
  .post(PATHS.restoreConfig, admin.restoreConfig)
  .get(PATHS.history, admin.configHistory)
  .get(PATHS.audit, admin.auditLog)
  .get(PATHS.auditExport, admin.exportAudit)
  .post(regionOperationPath(':id', 'drain'), admin.regionOperations.drain)
  .post(regionOperationPath(':id', 'undrain'), admin.regionOperations.undrain)
  .post(regionOperationPath(':id', 'wake'), admin.regionOperations.wake)
  .post(regionOperationPath(':id', 'stop'), admin.regionOperations.stop)
  .get(scalingPath(':id'), admin.scaling)
  .get(PATHS.jetstream, admin.jetStreamStatus)
  .post(PATHS.acceptLoss, admin.acceptLoss)
  .get(PATHS.backups, admin.backups.list)
  .get(PATHS.jobs, admin.backups.jobs)
  .get(jobPath(':id'), admin.backups.job)
  .get(backupPath(':account', ':stream'), admin.backups.show)
  .delete(backupPath(':account', ':stream'), admin.backups.remove)
  .post(backupPath(':account', ':stream', 'delete/dry-run'), admin.backups.planRemoval)
  .post(backupPath(':account', ':stream', 'restore/dry-run'), admin.backups.planRestore)
  .post(backupPath(':account', ':stream', 'restore'), admin.backups.restore)
  .post(backupPath(':account', ':stream', 'verify'), admin.backups.verify)
  .get(backupPath(':account', ':stream', 'archive'), admin.backups.export)
  .put(backupPath(':account', ':stream', 'archive'), admin.backups.import)
  .get(PATHS.metrics, admin.metrics)
  .get(PATHS.metricsHistory, admin.metricsHistory)
  .get(PATHS.traffic, admin.traffic)
  .get(PATHS.forecasts, admin.forecasts)
  .get(PATHS.inspection, admin.inspection)
  .get(PATHS.secrets, admin.secrets)
  .post(PATHS.trace, admin.trace)
  .get(PATHS.rollouts, admin.rollouts.list)
  .post(PATHS.rollouts, admin.rollouts.start)
  .post(PATHS.planRollout, admin.rollouts.plan)
  .get(rolloutPath(':id'), admin.rollouts.show)
  .post(rolloutPath(':id', 'pause'), admin.rolloutOperations.pause)
  .post(rolloutPath(':id', 'resume'), admin.rolloutOperations.resume)
  .post(rolloutPath(':id', 'abort'), admin.rolloutOperations.abort)
  .post(rolloutPath(':id', 'promote'), admin.rolloutOperations.promote)
  .get(PATHS.sessions, admin.sessions.list)
  .post(PATHS.sessions, admin.sessions.create)
  .get(sessionPath(':id'), admin.sessions.show)
  .delete(sessionPath(':id'), admin.sessions.end)
  .get(sessionServerPath(':id', 'connect'), upgrade(connectSession))
  .get(sessionServerPath(':id', 'info'), admin.sessions.info)
  .get(sessionServerPath(':id', 'stats'), admin.sessions.stats)
  .all('*', missing);

/** The methods of a path. */
function methodsOf(pathname: string): readonly string[] {
  const routes = router.routes.filter(([method, pattern]) => method !== 'ALL' && pattern.test(pathname));
  const methods = routes.flatMap(([method]) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  // The path of a job has the form of a backup's too.
  return [...new Set(isPublic(pathname) ? [...methods, 'OPTIONS'] : methods)];
}

/** `/` and `/nats` without a query, as nearly all clients ask for them. */
const CLIENT_DOOR = new RegExp(`^https?://[^/?#]+(?:${PATHS.root}|${PATHS.nats})$`);

/** Answers a request. */
export function answer(request: Request, edge: EdgeContext): Promise<Response> {
  const { url, method, headers } = request;
  const isClients = CLIENT_DOOR.test(url) && method === 'GET' && headers.has('upgrade');
  return isClients ? answerClient(readUpgrade(request), edge) : answerByTable(request, edge);
}

/** As the table would. A client's upgrade is not looked up in it, which would parse its address for each. */
async function answerClient(upgrade: Upgrade, edge: EdgeContext): Promise<Response> {
  const { url } = upgrade;
  try {
    const refusal = refuseOtherSites(upgrade, edge.env) ?? upgradeRefusal(upgrade);
    return hardened(refusal ?? (await connect(upgrade, edge)), url);
  } catch (error) {
    return hardened(failed(error), url);
  }
}

/** itty-router adds what an `IRequest` has beyond a `Request` by itself. */
async function answerByTable(request: Request, ...rest: Arguments): Promise<Response> {
  if (request.method !== 'HEAD') return router.fetch(request as IRequest, ...rest);
  const headers = new Headers(request.headers);
  // A connection begins with a GET only (RFC 6455, 4.1).
  headers.delete('upgrade');
  const response = await router.fetch(new Request(request, { method: 'GET', headers }) as IRequest, ...rest);
  return new Response(null, response);
}
