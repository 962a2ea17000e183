// An operator with a system account, an account and a user of each, made once and kept: what was signed yesterday is still
// taken today. Everything is in a folder that only its owner reads.

import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Account,
  createAccount,
  createOperator,
  createUser,
  encodeAccount,
  encodeOperator,
  encodeUser,
  fmtCreds,
  type KeyPair,
} from '@nats-io/jwt';
import { readPrivate } from '../trust.ts';
import type { LocalAuth } from './nats-login.ts';

const NAME = 'meridian-local';

const KEPT = 'operator.json';
const USER = 'user.creds';
const SYSTEM = 'system.creds';

/** No limits, JetStream's neither: by itself an account has no JetStream. -1 means any number. */
const UNLIMITED = {
  ...{ subs: -1, conn: -1, leaf: -1, imports: -1, exports: -1, data: -1, payload: -1, wildcards: true },
  ...{ mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 },
} satisfies Account['limits'];

/** The system account has no JetStream. */
const SYSTEM_LIMITS = { ...UNLIMITED, mem_storage: 0, disk_storage: 0, streams: 0, consumer: 0 };

interface Kept {
  readonly operatorJwt: string;
  readonly systemAccount: string;
  /** Accounts' JWTs by public key. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly userCreds: string;
  readonly systemCreds: string;
  /** Seed of the account's signing key. */
  readonly signingSeed: string;
}

/**
 * The operator that is kept in the folder; made if there is none.
 *
 * @throws Untrusted if the folder is open to others; Error if what is kept is damaged
 */
export async function keepOperator(folder: string): Promise<LocalAuth> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, KEPT);
  const kept = (await readKept(path)) ?? (await makeOperator());
  const creds = join(folder, USER);
  const systemCreds = join(folder, SYSTEM);
  await writeWhole(path, JSON.stringify(kept));
  await writeWhole(creds, kept.userCreds);
  await writeWhole(systemCreds, kept.systemCreds);
  return {
    secrets: {
      NATS_OPERATOR_JWT: kept.operatorJwt,
      NATS_SYSTEM_ACCOUNT: kept.systemAccount,
      NATS_RESOLVER_PRELOAD: JSON.stringify(kept.accounts),
      MERIDIAN_BACKUP_CREDENTIALS: kept.userCreds,
      NATS_ACCOUNT_SIGNING_KEY: kept.signingSeed,
    },
    login: { creds },
    system: { creds: systemCreds },
  };
}

async function readKept(path: string): Promise<Kept | undefined> {
  let text: string;
  try {
    text = await readPrivate(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const kept = JSON.parse(text) as Partial<Kept>;
    const { operatorJwt, systemAccount, accounts, userCreds, systemCreds, signingSeed } = kept;
    if (operatorJwt && systemAccount && accounts && userCreds && systemCreds && signingSeed)
      return { operatorJwt, systemAccount, accounts, userCreds, systemCreds, signingSeed };
  } catch {
    // Said below.
  }
  throw new Error(`${path} is damaged: remove it, and a new operator is made, with new credentials`);
}

async function makeOperator(): Promise<Kept> {
  const [operator, system, account, signing] = [
    createOperator(),
    createAccount(),
    createAccount(),
    createAccount(),
  ];
  const accounts = {
    [system.getPublicKey()]: await signAccount('SYS', system, operator, { limits: SYSTEM_LIMITS }),
    [account.getPublicKey()]: await signAccount('MERIDIAN', account, operator, {
      limits: UNLIMITED,
      signing_keys: [signing.getPublicKey()],
    }),
  };
  return {
    operatorJwt: await encodeOperator(NAME, operator, { system_account: system.getPublicKey() }),
    systemAccount: system.getPublicKey(),
    accounts,
    userCreds: await credsOf('user', account),
    systemCreds: await credsOf('system', system),
    signingSeed: new TextDecoder().decode(signing.getSeed()),
  };
}

function signAccount(
  name: string,
  account: KeyPair,
  signer: KeyPair,
  settings: Partial<Account>,
): Promise<string> {
  return encodeAccount(name, account, settings, { signer });
}

async function credsOf(name: string, account: KeyPair): Promise<string> {
  const user = createUser();
  const jwt = await encodeUser(name, user, account, {});
  return new TextDecoder().decode(fmtCreds(jwt, user));
}

/** Whoever reads the file sees all of it, and only its owner does. */
async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, path);
}
