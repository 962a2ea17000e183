// Checks the target before k6 starts: does it answer, does NATS accept us. Later k6 could only report a thousand failed
// connections.

import { errors, type NatsConnection, wsconnect } from '@nats-io/nats-core';
import { PATHS } from '../../api/paths.ts';
import { TimeoutError, withTimeout } from '../../waiting/with-timeout.ts';
import { EXIT, LoadtestError } from './loadtest-error.ts';

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
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws LoadtestError with the code for "not up" or for "needs credentials" */
export async function checkTarget(url: string, env: Environment): Promise<TargetFacts> {
  await checkHealth(url);
  try {
    const connection = await connect(url, env);
    const natsServer = connection.info?.version ?? 'unknown';
    await connection.close();
    return { natsServer };
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

async function checkHealth(url: string): Promise<void> {
  const response = await fetch(url + PATHS.health, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
    (cause: Error) => {
      throw new LoadtestError(
        `nothing answers at ${url} (${reasonOf(cause)}). Start it, or leave --url out to have a local stack started.`,
        EXIT.targetDown,
        { cause },
      );
    },
  );
  await response.body?.cancel();
  if (response.ok) return;
  const what =
    response.status === 503
      ? `says that no region can serve. Look at its ${PATHS.regions}.`
      : `answers ${response.status} to ${PATHS.health}. Is it Meridian?`;
  const isRefusal = response.status === 401 || response.status === 403;
  throw new LoadtestError(`${url} ${what}`, isRefusal ? EXIT.refused : EXIT.targetDown);
}

function handshakeError(url: string, cause: unknown, hadCredentials: boolean): LoadtestError {
  if (cause instanceof errors.AuthorizationError || cause instanceof errors.UserAuthenticationExpiredError) {
    const fix = hadCredentials
      ? 'The credentials in NATS_USER and NATS_PASSWORD, or NATS_TOKEN, are not its own.'
      : 'Set NATS_USER and NATS_PASSWORD, or NATS_TOKEN, in the environment.';
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

function credentialsOf({ NATS_USER, NATS_PASSWORD, NATS_TOKEN }: Environment): Record<string, string> {
  if (NATS_TOKEN) return { token: NATS_TOKEN };
  return { ...(NATS_USER && { user: NATS_USER }), ...(NATS_PASSWORD && { pass: NATS_PASSWORD }) };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  // fetch says only "fetch failed"; its cause has the reason.
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
