// What moves clients of a region's server, as it is deployed: a route of the object's own to it.

import { activeConfig } from '../config/active-config.ts';
import type { Env } from '../env.ts';
import { ControlRoute } from '../mesh/control-route.ts';
import type { ClientMoverHost } from './client-mover.ts';
import { SYSTEM_ACCOUNT } from './jetstream-answers.ts';
import type { NatsServer } from './nats-server.ts';

/** A server sends its INFO at once. */
const OPEN_TIMEOUT_MS = 2_000;

/** Under an operator the system account is one of its own. */
export function systemAccountOf(env: Env): string {
  return env.NATS_SYSTEM_ACCOUNT || SYSTEM_ACCOUNT;
}

export function moverHostOf(env: Env, server: NatsServer): ClientMoverHost {
  const systemAccount = systemAccountOf(env);
  return {
    oldest: (atMost) => server.oldest(atMost),
    open: () => ControlRoute.open(server.dialRoute(), { systemAccount, timeoutMs: OPEN_TIMEOUT_MS }),
    graceMs: () => activeConfig(env).config.lameDuck.graceSeconds * 1000,
    now: Date.now,
  };
}
