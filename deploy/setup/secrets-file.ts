// The secrets of an edge on their way to Cloudflare: a file of lines NAME=value, which wrangler uploads with a deploy
// (`--secrets-file`). It is for this machine alone, and is in .gitignore. What is in it stays as it is. Pure.

import type { Answers } from './answers.ts';

/** Not .dev.vars: `wrangler dev` would take the secrets of production for those of a server here. */
export const SECRETS_FILE = '.secrets.env';

const HEAD = '# Secrets of the edge: npm run deploy -- -- --secrets-file .secrets.env';

const OF_CLIENTS = {
  token: ['NATS_TOKEN'],
  password: ['NATS_USER', 'NATS_PASSWORD'],
} as const;
const OF_OPERATORS = ['MERIDIAN_ADMIN_TOKEN', 'MERIDIAN_READ_TOKEN'] as const;

/** Not a secret, but goes with one. */
const USER = 'meridian';

export interface SecretsEdit {
  /** Undefined: nothing was asked for, and there is no file. */
  readonly text: string | undefined;
  readonly added: readonly string[];
  /** Of the other way for clients: the servers refuse to start with both. */
  readonly removed: readonly string[];
}

/** @param random a new secret each time, letters and digits only */
export function withSecrets(
  current: string | undefined,
  { clients, operators }: Pick<Answers, 'clients' | 'operators'>,
  random: () => string,
): SecretsEdit {
  const has = namesIn(current ?? '');
  const wanted = [
    ...(clients === undefined ? [] : OF_CLIENTS[clients]),
    ...(operators === 'tokens' ? OF_OPERATORS : []),
  ];
  const other = clients === undefined ? [] : OF_CLIENTS[clients === 'token' ? 'password' : 'token'];
  const added = wanted.filter((name) => !has.includes(name));
  const removed = other.filter((name) => has.includes(name));
  if (added.length === 0 && removed.length === 0) return { text: current, added, removed };
  const kept = (current ?? `${HEAD}\n`)
    .split('\n')
    .filter((line) => !removed.some((name) => name === nameOf(line)));
  while (kept.at(-1) === '') kept.pop();
  const lines = added.map((name) => `${name}=${name === 'NATS_USER' ? USER : random()}`);
  return { text: `${[...kept, ...lines].join('\n')}\n`, added, removed };
}

/** The names that a file of secrets has. */
export function namesIn(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => nameOf(line) ?? []);
}

function nameOf(line: string): string | undefined {
  return /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(line)?.[1];
}
