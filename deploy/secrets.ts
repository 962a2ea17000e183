// What a deploy has to be given by the environment, and what is wrong with it. All of it is looked at before anything is
// deployed, and no value is ever repeated. Pure.

import { fromSeed } from '@nats-io/jwt';
import type { Environment, Platform } from './target.ts';

export interface SecretProblem {
  readonly platform: Platform;
  readonly name: string;
  readonly kind: 'missing' | 'wrong';
  readonly words: string;
}

/** Who signs the account's claims: all three, or none of them. */
export const SIGNING = ['SYNADIA_OPERATOR_SEED', 'SYNADIA_ACCOUNT_SEED', 'SYNADIA_SYSTEM_CREDS'] as const;

/** What is wrong with a value, or undefined. */
type Look = (value: string) => string | undefined;

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

const LOOKS: Readonly<Record<string, Look>> = {
  CLOUDFLARE_API_TOKEN: (value) =>
    /^[\w-]{20,}$/.test(value) ? undefined : 'is no API token: 20 or more letters, digits, _ and -',
  CLOUDFLARE_ACCOUNT_ID: (value) =>
    /^[0-9a-f]{32}$/.test(value)
      ? undefined
      : 'is no account: 32 hexadecimal digits, as `npx wrangler whoami` shows',
  MERIDIAN_URL: (value) => urlProblem(value, ['https:'], ['http:']),
  SYNADIA_URL: (value) => urlProblem(value, ['tls:', 'wss:'], ['nats:', 'ws:']),
  SYNADIA_CREDS: credsProblem,
  SYNADIA_SYSTEM_CREDS: credsProblem,
  SYNADIA_OPERATOR_SEED: (value) => seedProblem(value, 'SO', "an operator's"),
  SYNADIA_ACCOUNT_SEED: (value) => seedProblem(value, 'SA', "an account's"),
};

const WHERE = 'docs/pipeline.md says what it is';

/**
 * @param isUnattended nobody can sign in, as in CI: then Cloudflare's token and account must be there, since there is no
 * `wrangler login`, and the edge must be named, whose contract is tested afterwards
 */
export function secretProblems(
  platforms: readonly Platform[],
  env: Environment,
  isUnattended: boolean,
): readonly SecretProblem[] {
  return platforms.flatMap((platform) => {
    const names = platform === 'cloudflare' ? cloudflareNames(isUnattended) : synadiaNames(env);
    const problemOf = (name: string, isNeeded: boolean): readonly SecretProblem[] => {
      const value = env[name] ?? '';
      if (value === '')
        return isNeeded ? [{ platform, name, kind: 'missing', words: `${name} is missing (${WHERE})` }] : [];
      const wrong = generalProblem(value) ?? LOOKS[name]?.(value.trimEnd());
      return wrong === undefined ? [] : [{ platform, name, kind: 'wrong', words: `${name} ${wrong}` }];
    };
    return names.flatMap(([name, isNeeded]) => problemOf(name, isNeeded));
  });
}

function cloudflareNames(isUnattended: boolean): readonly (readonly [string, boolean])[] {
  return ['CLOUDFLARE_API_TOKEN', 'CLOUDFLARE_ACCOUNT_ID', 'MERIDIAN_URL'].map((name) => [
    name,
    isUnattended,
  ]);
}

/** Streams need an account's credentials, unless its seed is there to make some. Who begins to sign needs all three. */
function synadiaNames(env: Environment): readonly (readonly [string, boolean])[] {
  const signs = signsAccounts(env);
  return [['SYNADIA_URL', true], ['SYNADIA_CREDS', !signs], ...SIGNING.map((name) => [name, signs] as const)];
}

/** Whether anything of a target is set. */
export function isConfigured(platform: Platform, env: Environment): boolean {
  const names =
    platform === 'cloudflare'
      ? ['CLOUDFLARE_API_TOKEN', 'CLOUDFLARE_ACCOUNT_ID']
      : ['SYNADIA_URL', 'SYNADIA_CREDS', ...SIGNING];
  return names.some((name) => (env[name] ?? '') !== '');
}

/** Whether the account is ours to sign; where it is made in Synadia's console, only its streams are. */
export function signsAccounts(env: Environment): boolean {
  return SIGNING.some((name) => (env[name] ?? '') !== '');
}

function generalProblem(value: string): string | undefined {
  if (/^\s/.test(value)) return 'begins with a blank: was more copied than the value?';
  if (/^["'].*["']\s*$/s.test(value)) return 'is in quotation marks, which are not part of it';
  if (/^<[^>]*>$|^(changeme|todo|xxx+|\*+)$/i.test(value.trim())) return 'is a placeholder';
  return undefined;
}

function urlProblem(value: string, safe: readonly string[], here: readonly string[]): string | undefined {
  const url = URL.parse(value);
  const all = [...safe, ...here];
  if (url === null || !all.includes(url.protocol))
    return `is no address: it begins with ${safe.map((each) => `${each}//`).join(' or ')}`;
  if (url.username || url.password || url.search || url.hash)
    return 'has more in it than an address: credentials have variables of their own';
  if (here.includes(url.protocol) && !LOOPBACK.has(url.hostname))
    return `is not encrypted: it begins with ${safe.map((each) => `${each}//`).join(' or ')}`;
  return undefined;
}

function credsProblem(value: string): string | undefined {
  const isWhole =
    /BEGIN NATS USER JWT-+\s+\S+\s+-+END NATS USER JWT/.test(value) &&
    /BEGIN USER NKEY SEED-+\s+SU[A-Z2-7]+\s+-+END USER NKEY SEED/.test(value);
  return isWhole
    ? undefined
    : 'is not the text of a .creds file: a user JWT and a seed, each between two lines (a path is not read)';
}

function seedProblem(value: string, prefix: string, whose: string): string | undefined {
  if (!value.startsWith(prefix)) return `is not ${whose} seed, which begins with ${prefix}`;
  try {
    fromSeed(new TextEncoder().encode(value));
    return undefined;
  } catch {
    return `is not ${whose} seed: a character is wrong or missing`;
  }
}
