// The admin tokens as the secrets have them: a token, or several with names, one a line, so that one can be replaced
// while the other is still in use, and the audit log says whose it was. What is wrong with a secret is told in the log of
// the Worker, never to a client.

import { tokenLines } from '../../api/token-lines.ts';
import type { AdminEnv } from '../env.ts';

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
  const { tokens, problems } = tokenLines(value ?? '');
  return {
    tokens: tokens.map(({ token, name }) => {
      const actor = name === undefined ? role : `${role}:${name}`;
      return { token, grant, actor, secret, ...(name !== undefined && { name }) };
    }),
    problems: problems.map(({ line, words }) => `line ${line} of ${secret} ${words}`),
  };
}
