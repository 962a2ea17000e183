// With which credentials an account's streams are reached. Pure.

import type { NATS_SECRETS } from '../../env.ts';

/** The account of everybody, where there is no operator. */
const GLOBAL_ACCOUNT = '$G';

type Secrets = Partial<Record<(typeof NATS_SECRETS)[number] | 'MERIDIAN_BACKUP_CREDENTIALS', string>>;

export type Login =
  | { readonly token: string }
  | { readonly user: string; readonly pass: string }
  | { readonly creds: string }
  | Record<string, never>;

/**
 * What a connection to an account logs in with, and what else while credentials are changed: a server that was started before
 * takes only the first of them, or only the second, and nobody else knows which.
 *
 * @throws Error if there is nothing for it
 */
export function loginsFor(secrets: Secrets, account: string): readonly [Login, ...Login[]] {
  if (secrets.NATS_OPERATOR_JWT !== undefined) {
    const creds = credentialsIn(secrets.MERIDIAN_BACKUP_CREDENTIALS ?? '').get(account);
    if (creds !== undefined) return [{ creds }];
    throw new Error(
      `account ${account} can't be reached: MERIDIAN_BACKUP_CREDENTIALS holds no user of it. Add its .creds file to the secret`,
    );
  }
  if (account !== GLOBAL_ACCOUNT) {
    throw new Error(
      `account ${account} can't be reached: without an operator there is only ${GLOBAL_ACCOUNT}`,
    );
  }
  const { NATS_TOKEN: token, NATS_USER, NATS_PASSWORD, NATS_USER_NEXT, NATS_PASSWORD_NEXT } = secrets;
  const [first = {}, ...others] = [
    ...(token === undefined ? [] : [{ token }]),
    ...userOf(NATS_USER, NATS_PASSWORD),
    ...userOf(NATS_USER_NEXT, NATS_PASSWORD_NEXT),
  ];
  return [first, ...others];
}

function userOf(user: string | undefined, pass: string | undefined): readonly Login[] {
  return user === undefined || pass === undefined ? [] : [{ user, pass }];
}

/** The `.creds` files in a text, by the account that each is a user of. */
export function credentialsIn(text: string): ReadonlyMap<string, string> {
  const files = text.split(/(?=-----BEGIN NATS USER JWT-----)/).filter((file) => file.includes('USER JWT'));
  return new Map(
    files.flatMap((creds): [string, string][] => {
      const account = accountOf(/JWT-----\s+([\w.-]+)/.exec(creds)?.[1] ?? '');
      return account === undefined ? [] : [[account, creds]];
    }),
  );
}

interface UserClaims {
  /** The account, or a key that signs for it. */
  readonly iss?: string;
  readonly nats?: { readonly issuer_account?: string };
}

function accountOf(jwt: string): string | undefined {
  try {
    const payload = (jwt.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const claims = JSON.parse(atob(payload)) as UserClaims;
    return claims.nats?.issuer_account ?? claims.iss;
  } catch {
    return undefined;
  }
}
