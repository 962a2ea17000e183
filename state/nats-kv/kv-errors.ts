// What the NATS client throws, as errors of stores. The one place that knows its classes.

import { JetStreamApiError } from '@nats-io/jetstream';
import {
  AuthorizationError,
  NoRespondersError,
  PermissionViolationError,
  TimeoutError,
  UserAuthenticationExpiredError,
} from '@nats-io/nats-core';
import { StateDeniedError, StateError, StateUnavailableError } from '../errors.ts';

/** nats-server's `JSStreamWrongLastSequenceErrF` and its form without a sequence: a compare-and-set that lost. */
const WRONG_LAST_SEQUENCE: ReadonlySet<number> = new Set([10071, 10164]);

/** Its `JSStreamNotFoundErr`. */
const STREAM_NOT_FOUND = 10059;

/** Its `JSNotEnabledErr` and `JSNotEnabledForAccountErr`. */
const NOT_ENABLED: ReadonlySet<number> = new Set([10076, 10039]);

/** Whether a compare-and-set was refused. */
export function isLostRace(error: unknown): boolean {
  return error instanceof JetStreamApiError && WRONG_LAST_SEQUENCE.has(error.code);
}

/** In words, with the likely fix. */
export function kvError(name: string, bucket: string, cause: unknown): StateError {
  if (cause instanceof StateError) return cause;
  const causes = chainOf(cause);
  const has = (...kinds: readonly (abstract new (...args: never[]) => Error)[]) =>
    causes.some((each) => kinds.some((kind) => each instanceof kind));
  if (has(AuthorizationError, UserAuthenticationExpiredError)) {
    return new StateDeniedError(
      `${name} refuses the credentials: set NATS_CREDS (a file), NATS_TOKEN, or NATS_USER and NATS_PASSWORD, with _FROM or _TO at the end if the two stores have different ones.`,
      { cause },
    );
  }
  if (has(PermissionViolationError)) {
    return new StateDeniedError(
      `${name}: the NATS user may not use the bucket: it publishes to $KV.${bucket}.> and $JS.API.>, and subscribes to _INBOX.>.`,
      { cause },
    );
  }
  const codes = causes.flatMap((each) => (each instanceof JetStreamApiError ? [each.code] : []));
  if (codes.includes(STREAM_NOT_FOUND))
    return unavailable(`There is no bucket ${bucket} at ${name}: \`nats kv add ${bucket}\` makes it.`, cause);
  if (has(NoRespondersError) || codes.some((code) => NOT_ENABLED.has(code)))
    return unavailable(
      `${name} has no JetStream for this user: it is off, or its servers are not up.`,
      cause,
    );
  if (has(TimeoutError)) return unavailable(`${name} does not answer in time.`, cause);
  return unavailable(`${name} cannot be used: ${(cause as Error).message}`, cause);
}

function unavailable(message: string, cause: unknown): StateUnavailableError {
  return new StateUnavailableError(message, { cause });
}

/** An error, its cause, the cause of that. */
function chainOf(error: unknown): readonly Error[] {
  return error instanceof Error ? [error, ...chainOf(error.cause)] : [];
}
