// The credentials with which clients come to NATS, from the environment: a token, a user and a password, or a user's JWT.
// What of a JWT cannot work, or ends before the run, is said before k6 is started.

import { type ConnectionOptions, jwtAuthenticator } from '@nats-io/nats-core';
import { EXIT, LoadtestError } from './loadtest-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables, as messages name them. */
export const NATS_VARIABLES = 'NATS_USER and NATS_PASSWORD, NATS_TOKEN, or NATS_JWT';

/** For the check of the target; k6 reads the same variables itself. Empty without any. */
export function credentialsOf({
  NATS_USER,
  NATS_PASSWORD,
  NATS_TOKEN,
  NATS_JWT,
}: Environment): ConnectionOptions {
  if (NATS_JWT) return { authenticator: jwtAuthenticator(NATS_JWT) };
  if (NATS_TOKEN) return { token: NATS_TOKEN };
  return { ...(NATS_USER && { user: NATS_USER }), ...(NATS_PASSWORD && { pass: NATS_PASSWORD }) };
}

/**
 * @param endsAtMs when the run should be over, milliseconds since 1970; null if unknown
 * @returns what the user should know, a sentence each
 * @throws LoadtestError when k6 cannot connect with it
 */
export function checkJwt(
  { NATS_JWT: jwt }: Environment,
  { nowMs, endsAtMs }: { readonly nowMs: number; readonly endsAtMs: number | null },
): readonly string[] {
  if (jwt === undefined || jwt === '') return [];
  const { exp, nats } = claimsOf(jwt);
  if (nats?.bearer_token !== true)
    throw new LoadtestError(
      "NATS_JWT is of a user that has to sign, which k6 cannot: take a bearer user's (nsc edit user NAME --bearer)",
      EXIT.refused,
    );
  if (exp === undefined) return [];
  const when = new Date(exp * 1000).toISOString();
  if (exp * 1000 <= nowMs)
    throw new LoadtestError(`NATS_JWT has expired at ${when}: take a new one`, EXIT.refused);
  if (endsAtMs === null || exp * 1000 > endsAtMs) return [];
  const seconds = Math.round(exp - nowMs / 1000);
  return [
    `NATS_JWT expires in ${seconds} s, at ${when}, which is before the run ends: clients are disconnected then`,
  ];
}

interface Claims {
  /** Seconds since 1970. */
  readonly exp?: number;
  readonly nats?: { readonly bearer_token?: boolean };
}

function claimsOf(jwt: string): Claims {
  try {
    const [, payload = ''] = jwt.split('.');
    return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
  } catch {
    throw new LoadtestError(
      "NATS_JWT is no JWT: it is the text between the lines of a user's .creds file, eyJ...",
      EXIT.refused,
    );
  }
}
