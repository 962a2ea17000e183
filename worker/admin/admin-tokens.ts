// The admin tokens as the secrets have them: a token, or several with names, one a line, so that one can be replaced
// while the other is still in use, and the audit log says whose it was. What is wrong with a secret is told in the log of
// the Worker, never to a client.

import type { AdminEnv } from '../env.ts';

/** Base64 of 16 random bytes. Whoever guesses at shorter ones may be lucky one day. */
export const LEAST_TOKEN_CHARS = 24;

/** Each takes a comparison per call. */
export const MOST_TOKENS = 16;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

/** Visible characters, since it is sent in a header. */
const TOKEN = /^[\x21-\x7e]+$/;

export type Grant = 'write' | 'read';

export interface AdminToken {
  readonly token: string;
  readonly grant: Grant;
  /** Such as `token:admin`, or `token:admin:ann` if it has a name. The same for the token that follows it. */
  readonly actor: string;
  /** Absent if it has none. */
  readonly name?: string;
  /** The secret that it is in. */
  readonly secret: AdminSecret;
}

/** Two for each grant, both valid: one may be replaced while the other is in use. */
const SECRETS = {
  MERIDIAN_ADMIN_TOKEN: 'write',
  MERIDIAN_ADMIN_TOKEN_NEXT: 'write',
  MERIDIAN_READ_TOKEN: 'read',
  MERIDIAN_READ_TOKEN_NEXT: 'read',
} as const satisfies Record<string, Grant>;

export type AdminSecret = keyof typeof SECRETS;

const ROLES = { write: 'token:admin', read: 'token:read' } as const;

interface Found {
  readonly tokens: readonly AdminToken[];
  /** In words, without anything of a token. */
  readonly problems: readonly string[];
}

/** The tokens that are valid, those that may write first, and what is wrong with the others. */
export function adminTokensOf(env: AdminEnv): Found {
  const found = (Object.keys(SECRETS) as AdminSecret[]).map((secret) => tokensOf(secret, env[secret]));
  return {
    tokens: found.flatMap(({ tokens }) => tokens),
    problems: found.flatMap(({ problems }) => problems),
  };
}

function tokensOf(secret: AdminSecret, value: string | undefined): Found {
  const grant = SECRETS[secret];
  const role = ROLES[grant];
  const lines = (value ?? '').split(/\r?\n/).filter((line) => line.trim() !== '');
  const tokens: AdminToken[] = [];
  const problems: string[] = [];
  for (const [index, line] of lines.entries()) {
    const words = line.trim().split(/[ \t]+/);
    const token = words.at(-1) ?? '';
    const name = words.length === 2 ? words[0] : undefined;
    const actor = name === undefined ? role : `${role}:${name}`;
    const problem =
      index >= MOST_TOKENS
        ? `is one too many: ${MOST_TOKENS} are used`
        : problemOf({ words, token, name, isRepeated: tokens.some((each) => each.actor === actor) });
    if (problem === undefined)
      tokens.push({ token, grant, actor, secret, ...(name !== undefined && { name }) });
    else problems.push(`line ${index + 1} of ${secret} ${problem}`);
  }
  return { tokens, problems };
}

interface Line {
  readonly words: readonly string[];
  readonly token: string;
  readonly name: string | undefined;
  readonly isRepeated: boolean;
}

function problemOf({ words, token, name, isRepeated }: Line): string | undefined {
  if (words.length > 2) return 'has more than a name and a token';
  if (name !== undefined && !NAME.test(name))
    return 'has a name of other characters than letters, digits and ._@-';
  if (!TOKEN.test(token)) return 'has a token with characters that cannot be sent: take visible ASCII';
  if (token.length < LEAST_TOKEN_CHARS)
    return `has a token of ${token.length} characters, and at least ${LEAST_TOKEN_CHARS} are needed: openssl rand -hex 32`;
  if (isRepeated)
    return `has ${name === undefined ? 'no name' : 'a name'}, as an earlier line: name each token`;
  return undefined;
}
