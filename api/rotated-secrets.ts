// Which secrets of the Worker can be changed without a moment in which nobody gets in: each has two places, and what is in
// either is valid. So a value is never moved: what follows goes into the place that is free, and then the old one goes.

/** A value, and the secrets of the Worker that it consists of. The first of them is what it is called. */
export type SecretParts = readonly [string, ...string[]];

export interface RotatedSecret {
  /** What it is called, whichever of its places is used. */
  readonly name: string;
  /** At most two of them are set at a time. */
  readonly places: readonly SecretParts[];
}

/** nats-server has one token only, so a token is followed by a user. */
const NATS_TOKEN: SecretParts = ['NATS_TOKEN'];
const NATS_USER: SecretParts = ['NATS_USER', 'NATS_PASSWORD'];
const NATS_USER_NEXT: SecretParts = ['NATS_USER_NEXT', 'NATS_PASSWORD_NEXT'];

/** What is accepted from others. */
export const ROTATED_SECRETS: readonly RotatedSecret[] = [
  { name: 'MERIDIAN_ADMIN_TOKEN', places: [['MERIDIAN_ADMIN_TOKEN'], ['MERIDIAN_ADMIN_TOKEN_NEXT']] },
  { name: 'MERIDIAN_READ_TOKEN', places: [['MERIDIAN_READ_TOKEN'], ['MERIDIAN_READ_TOKEN_NEXT']] },
  { name: 'NATS_USER', places: [NATS_TOKEN, NATS_USER, NATS_USER_NEXT] },
  { name: 'NATS_LEAF_USERS', places: [['NATS_LEAF_USERS'], ['NATS_LEAF_USERS_NEXT']] },
];

/**
 * What is not accepted but used, or says who signs: two of a kind are valid where they are accepted, such as two signing keys
 * in an account's JWT.
 */
export const SINGLE_SECRETS = [
  'NATS_OPERATOR_JWT',
  'NATS_RESOLVER_PRELOAD',
  'NATS_ACCOUNT_SIGNING_KEY',
  'MERIDIAN_BACKUP_CREDENTIALS',
] as const;

/** All values, by what they are called. */
export const SECRET_VALUES: readonly SecretParts[] = [
  ...ROTATED_SECRETS.flatMap(({ places }) => places),
  ...SINGLE_SECRETS.map((name): SecretParts => [name]),
];

/** The value as one text, if any of it is set. @param env the Worker's bindings */
export function secretText(parts: SecretParts, env: object): string | undefined {
  const bindings = env as { readonly [name: string]: unknown };
  const values = parts.map((name) => bindings[name]).map((value) => (typeof value === 'string' ? value : ''));
  return values.some((value) => value !== '') ? values.join('\n') : undefined;
}
