// Why an upgrade was refused. k6 says only "bad handshake", so the same is asked once more over plain HTTP, where it
// tells the status. At most once a second for each virtual user: an edge that refuses has enough to do.

import http from 'k6/http';
import { PATHS } from './api.js';
import { nowMs } from './clock.js';
import { kindOfStatus, NatsError } from './nats-error.js';
import { URL } from './settings.js';

const ASK_AGAIN_AFTER_MS = 1_000;
const TIMEOUT_MS = 2_000;

/** A handshake's key may be any 16 bytes. */
const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
};

/** @type {{ atMs: number, status: Promise<number> } | undefined} */
let latest;

/**
 * @param {string} problem as k6 says it
 * @param {Record<string, string>} headers of the upgrade
 * @returns {Promise<NatsError>}
 */
export async function refusalOf(problem, headers) {
  if (!problem.includes('bad handshake')) return new NatsError('refused', problem);
  if (latest === undefined || nowMs() - latest.atMs > ASK_AGAIN_AFTER_MS)
    latest = { atMs: nowMs(), status: statusOf(headers) };
  const status = await latest.status;
  // A 101 now, or no answer: it has changed its mind since.
  const said = status >= 300 ? `the upgrade was answered with ${status}` : problem;
  return new NatsError(kindOfStatus(status), said);
}

/** @param {Record<string, string>} headers @returns {Promise<number>} 0 without an answer */
async function statusOf(headers) {
  try {
    const response = await http.asyncRequest('GET', `${URL}${PATHS.nats}`, null, {
      headers: { ...headers, ...UPGRADE },
      redirects: 0,
      responseType: 'none',
      timeout: TIMEOUT_MS,
      responseCallback: http.expectedStatuses({ min: 100, max: 599 }),
      tags: { name: 'nats refused' },
    });
    return response.status;
  } catch {
    return 0;
  }
}
