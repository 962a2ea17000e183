// Makes an account of NATS servers in operator mode what its files say: its claims first, then its streams. Whatever is so
// already is left alone, so that it can be done again at any time. A dry run only reads.

import type { Account } from '@nats-io/jwt';
import { signsAccounts } from '../secrets.ts';
import type { Environment } from '../target.ts';
import { type AccountFiles, readAccountFiles } from './account-files.ts';
import { claimsIn, credsFor, keyOf, signAccount, wantedClaims } from './claims.ts';
import { connectTo, connectToNew, type Login } from './connect.ts';
import { writeCredentials } from './credentials.ts';
import { type Difference, differences } from './differences.ts';
import { checkOperator, lookUp, push } from './resolver.ts';
import { applyStreams, type StreamStep } from './streams.ts';

/** The user that makes streams, where no credentials are given, lives as long as a deploy may take. */
const OWN_USER_SECONDS = 600;

export interface ApplyOptions {
  readonly dryRun: boolean;
  readonly folder: string;
  /** Where to write credentials of the users; absent: nowhere. */
  readonly credentials?: string | undefined;
}

export interface AccountStep {
  readonly account: string;
  /** `foreign`: its claims are made in Synadia's console, not here. `unknown`: nobody was asked. */
  readonly what: 'add' | 'change' | 'keep' | 'foreign' | 'unknown';
  readonly differences: readonly Difference[];
}

export interface Applied {
  readonly account: AccountStep;
  readonly users: readonly string[];
  /** Files of credentials that were written. */
  readonly written: readonly string[];
  /** Undefined: nobody was asked. */
  readonly streams: readonly StreamStep[] | undefined;
}

/** @param hasSecrets false: a dry run that can only check the files. @throws CommandError */
export async function applyAccount(
  { dryRun, folder, credentials }: ApplyOptions,
  env: Environment,
  hasSecrets: boolean,
): Promise<Applied> {
  const files = await readAccountFiles(folder);
  const users = files.users.map(({ name }) => name);
  if (!hasSecrets) {
    const account = { account: files.account.name, what: 'unknown', differences: [] } as const;
    return { account, users, written: [], streams: undefined };
  }
  const account = signsAccounts(env)
    ? await applyClaims(files, env, dryRun)
    : ({ account: files.account.name, what: 'foreign', differences: [] } as const);
  // A new account is on no server yet in a dry run: nobody could sign in to it.
  const isNowhere = dryRun && account.what === 'add';
  const streams = isNowhere
    ? files.streams.map(({ name }) => ({ stream: name, what: 'add', differences: [] }) as const)
    : await applyToStreams(files, env, dryRun);
  const seed = env.SYNADIA_ACCOUNT_SEED;
  const written =
    dryRun || credentials === undefined || !seed
      ? []
      : await writeCredentials(files.users, keyOf(seed), credentials);
  return { account, users, written, streams };
}

async function applyClaims(
  { account: file }: AccountFiles,
  env: Environment,
  dryRun: boolean,
): Promise<AccountStep> {
  const publicKey = keyOf(env.SYNADIA_ACCOUNT_SEED ?? '').getPublicKey();
  const system = await connectTo(loginOf(env, 'SYNADIA_SYSTEM_CREDS'));
  try {
    const operator = keyOf(env.SYNADIA_OPERATOR_SEED ?? '');
    await checkOperator(system, operator.getPublicKey());
    const jwt = await lookUp(system, publicKey);
    const current = jwt === undefined ? undefined : claimsIn(jwt);
    const found = current === undefined ? [] : claimDifferences(current, file);
    const what = current === undefined ? 'add' : found.length > 0 ? 'change' : 'keep';
    if (!dryRun && what !== 'keep') {
      await push(system, await signAccount(file, publicKey, operator, current?.claims));
    }
    return { account: file.name, what, differences: found };
  } finally {
    await system.close();
  }
}

function claimDifferences(
  { name, claims }: { readonly name: string; readonly claims: Partial<Account> },
  file: AccountFiles['account'],
): readonly Difference[] {
  return differences({ name, ...claims }, { name: file.name, ...wantedClaims(file) });
}

async function applyToStreams(
  { streams }: AccountFiles,
  env: Environment,
  dryRun: boolean,
): Promise<readonly StreamStep[]> {
  const connection = await connectToNew(await streamsLogin(env));
  try {
    return await applyStreams(connection, streams, dryRun);
  } finally {
    await connection.close();
  }
}

async function streamsLogin(env: Environment): Promise<Login> {
  const { SYNADIA_CREDS: given, SYNADIA_ACCOUNT_SEED: seed = '' } = env;
  if (given) return loginOf(env, 'SYNADIA_CREDS');
  const expiresAt = Math.floor(Date.now() / 1000) + OWN_USER_SECONDS;
  const creds = await credsFor({ name: 'meridian-deploy' } as const, keyOf(seed), expiresAt);
  return { url: (env.SYNADIA_URL ?? '').trimEnd(), creds, name: 'SYNADIA_ACCOUNT_SEED' };
}

function loginOf(env: Environment, name: 'SYNADIA_CREDS' | 'SYNADIA_SYSTEM_CREDS'): Login {
  return { url: (env.SYNADIA_URL ?? '').trimEnd(), creds: env[name] ?? '', name };
}
