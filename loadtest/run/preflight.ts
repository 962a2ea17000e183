// Checks the target before k6 starts: does it answer, does NATS accept us. Later k6 could only report a thousand failed
// connections.

import { errors, type NatsConnection, wsconnect } from '@nats-io/nats-core';
import { PATHS } from '../../api/paths.ts';
import { TimeoutError, withTimeout } from '../../waiting/with-timeout.ts';
import { EXIT, LoadtestError } from './loadtest-error.ts';
import { credentialsOf, NATS_VARIABLES } from './nats-credentials.ts';
import { checkRegions } from './target-regions.ts';
import { probeUpgrade } from './upgrade-probe.ts';

/** A sleeping region is started by its first client, which takes seconds. */
const TIMEOUT_MS = 20_000;

/**
 * nats.js 3.4 can wait for ever if a server refuses it and closes at the same moment, so there are several attempts.
 * The last one has as much time as a sleeping region needs.
 */
const TRIES_MS = [5_000, 5_000, TIMEOUT_MS];

export interface TargetFacts {
  /** The nats-server version of the region that took the check's client. */
  readonly natsServer: string;
  /** The largest payload that it takes, bytes; undefined where it does not say. */
  readonly maxPayload: number | undefined;
}

export interface Patience {
  /** For the edge itself, which answers without any region. */
  readonly edgeMs: number;
  /** After this long the user is told what is waited for. */
  readonly silentMs: number;
}

const PATIENCE: Patience = { edgeMs: 8_000, silentMs: 2_000 };

type Environment = Readonly<Record<string, string | undefined>>;

export interface TargetCheck {
  /** That the run is limited to. */
  readonly regions?: readonly string[] | undefined;
  /** Of the target's API: it may show its regions to those with one alone. */
  readonly token?: string | undefined;
  /** Told when it takes long. */
  readonly say?: (step: string) => void;
  readonly patience?: Patience;
}

/** @throws LoadtestError with the code for "not up" or for "needs credentials" */
export async function checkTarget(
  url: string,
  env: Environment,
  { regions, token, say = () => {}, patience: { edgeMs, silentMs } = PATIENCE }: TargetCheck = {},
): Promise<TargetFacts> {
  const timer = setTimeout(() => say(`waiting for ${url} to answer`), silentMs);
  try {
    await checkHealth(url, edgeMs);
    await checkRegions(url, regions, { token, timeoutMs: edgeMs });
    return await checkNats(url, env);
  } finally {
    clearTimeout(timer);
  }
}

async function checkNats(url: string, env: Environment): Promise<TargetFacts> {
  await checkUpgrade(url);
  try {
    const connection = await connect(url, env);
    const { version: natsServer = 'unknown', max_payload: maxPayload } = connection.info ?? {};
    await connection.close();
    return { natsServer, maxPayload };
  } catch (cause) {
    throw handshakeError(url, cause, Object.keys(credentialsOf(env)).length > 0);
  }
}

async function connect(url: string, env: Environment): Promise<NatsConnection> {
  for (const timeoutMs of TRIES_MS) {
    const attempt = wsconnect({
      servers: url.replace(/^http/, 'ws'),
      ...credentialsOf(env),
      reconnect: false,
      timeout: TIMEOUT_MS,
      name: 'meridian-loadtest',
    });
    try {
      return await withTimeout(attempt, timeoutMs, 'no answer in time');
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    }
    // A late connection is closed; a late failure is ignored, since the next attempt follows.
    attempt.then((late) => late.close()).catch(() => {});
  }
  throw new Error(`no answer to the upgrade and CONNECT within ${TIMEOUT_MS / 1000} s`);
}

async function checkHealth(url: string, timeoutMs: number): Promise<void> {
  const response = await fetch(url + PATHS.health, { signal: AbortSignal.timeout(timeoutMs) }).catch(
    (cause: Error) => {
      throw new LoadtestError(
        `nothing answers at ${url} (${reasonOf(cause)}). Start it, or leave --url out to have a local stack started.`,
        EXIT.targetDown,
        { cause },
      );
    },
  );
  if (response.ok) return checkIsMeridian(url, await response.text().catch(() => ''));
  await response.body?.cancel();
  throw new LoadtestError(`${url} ${healthFault(response.status)}`, codeOf(response.status));
}

/** What else answers at an address is often a page of something else. */
function checkIsMeridian(url: string, body: string): void {
  try {
    const { regions } = JSON.parse(body) as { regions?: unknown };
    if (Array.isArray(regions)) return;
  } catch {
    // Not even JSON.
  }
  throw new LoadtestError(
    `${url} answers to ${PATHS.health}, but not as Meridian does. Is it another server?`,
    EXIT.targetDown,
  );
}

function healthFault(status: number): string {
  switch (status) {
    case 503:
      return `says that no region can serve. Look at its ${PATHS.regions}.`;
    case 401:
    case 403:
      return `answers ${status} to ${PATHS.health}: something before it asks who we are.`;
    case 451:
      return `answers 451 to ${PATHS.health}: it may not serve from here.`;
    default:
      return `answers ${status} to ${PATHS.health}. Is it Meridian?`;
  }
}

function codeOf(status: number): number {
  return status === 401 || status === 403 ? EXIT.refused : EXIT.targetDown;
}

/** Says in words what a client would only see as a connection that failed. */
async function checkUpgrade(url: string): Promise<void> {
  const probed = await probeUpgrade(url, TIMEOUT_MS);
  if (probed.kind === 'nats') return;
  const where = `${url}${PATHS.nats}`;
  if (probed.kind === 'refused') {
    const { status, reason } = probed;
    const because = reason === '' ? '' : `: ${reason}`;
    const hint = status === 451 ? ' No region may serve a client that is here.' : '';
    throw new LoadtestError(`${where} refuses clients with ${status}${because}.${hint}`, codeOf(status));
  }
  const words = {
    closed: 'takes a client and closes its connection at once, without a word',
    garbage: `takes a client and answers something that is not NATS: "${'start' in probed ? probed.start : ''}"`,
    silent: `takes a client and says nothing for ${TIMEOUT_MS / 1000} s`,
    unanswered: `does not answer to an upgrade: ${'reason' in probed ? probed.reason : ''}`,
  };
  throw new LoadtestError(
    `${url} is up, but a NATS client cannot connect to it: ${where} ${words[probed.kind]}. Look at its ${PATHS.regions}.`,
    EXIT.targetDown,
  );
}

function handshakeError(url: string, cause: unknown, hadCredentials: boolean): LoadtestError {
  if (cause instanceof errors.AuthorizationError || cause instanceof errors.UserAuthenticationExpiredError) {
    const fix = hadCredentials
      ? `The credentials in ${NATS_VARIABLES} are not its own, or have expired.`
      : `Set ${NATS_VARIABLES} in the environment.`;
    return new LoadtestError(`the NATS servers at ${url} require credentials. ${fix}`, EXIT.refused, {
      cause,
    });
  }
  return new LoadtestError(
    `${url} is up, but a NATS client cannot connect to it: ${reasonOf(cause)}. Look at its ${PATHS.regions}.`,
    EXIT.targetDown,
    { cause },
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  // fetch says only "fetch failed"; its cause has the reason.
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
