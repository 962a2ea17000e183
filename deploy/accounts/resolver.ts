// The account's claims on the servers: looked up and pushed as `nsc pull` and `nsc push` do, over the system account.

import { decode, type Operator } from '@nats-io/jwt';
import type { NatsConnection } from '@nats-io/nats-core';
import { CommandError, EXIT } from '../../cli/exit.ts';

const ANSWER_TIMEOUT_MS = 5_000;

interface PushAnswer {
  readonly data?: { readonly code?: number };
  readonly error?: { readonly code?: number; readonly description?: string };
}

/** Servers answer within a few milliseconds of each other; one that has no claims answers too, with nothing. */
const MORE_ANSWERS_MS = 500;

/**
 * The account's JWT; undefined if no server that answers has it. One that is new, or lags behind, has none of an account that the
 * others know well: to take its word would push claims without the signing keys and revocations that there are.
 */
export async function lookUp(system: NatsConnection, account: string): Promise<string | undefined> {
  const subject = `$SYS.REQ.ACCOUNT.${account}.CLAIMS.LOOKUP`;
  let answers = 0;
  try {
    const options = { strategy: 'stall', maxWait: ANSWER_TIMEOUT_MS, stall: MORE_ANSWERS_MS } as const;
    for await (const answer of await system.requestMany(subject, '', options)) {
      const jwt = answer.string();
      if (jwt.startsWith('ey')) return jwt;
      answers += 1;
    }
  } catch (cause) {
    throw noResolver(cause);
  }
  if (answers === 0) throw noResolver(undefined);
  return undefined;
}

interface VarzAnswer {
  readonly data?: { readonly trusted_operators_jwt?: readonly string[] };
}

/**
 * A resolver keeps whatever claims it is sent, and only a server that loads them sees that their operator is not its own:
 * the account would be lost until somebody pushes better ones. So this is asked first.
 *
 * @throws CommandError if this key is no key of the servers' operator
 */
export async function checkOperator(system: NatsConnection, publicKey: string): Promise<void> {
  const { data } = JSON.parse(await asked(system, '$SYS.REQ.SERVER.PING.VARZ', '')) as VarzAnswer;
  const keys = (data?.trusted_operators_jwt ?? []).flatMap((jwt) => {
    const { sub, nats } = decode<Operator>(jwt);
    return [sub, ...(nats.signing_keys ?? []).map((each) => (typeof each === 'string' ? each : each.key))];
  });
  if (keys.includes(publicKey)) return;
  throw new CommandError(
    EXIT.notAuthorized,
    'Synadia: SYNADIA_OPERATOR_SEED is not of the operator that these servers trust. Nothing was pushed.',
    { details: { code: 'secret_refused', platform: 'synadia', name: 'SYNADIA_OPERATOR_SEED' } },
  );
}

/** @throws CommandError with the server's words if it does not take it */
export async function push(system: NatsConnection, jwt: string): Promise<void> {
  const { data, error } = JSON.parse(await asked(system, '$SYS.REQ.CLAIMS.UPDATE', jwt)) as PushAnswer;
  if (data?.code === 200) return;
  throw new CommandError(
    EXIT.refused,
    `Synadia: the servers did not take the account: ${error?.description ?? 'no reason given'}.`,
    { details: { code: 'account_refused', platform: 'synadia' } },
  );
}

async function asked(system: NatsConnection, subject: string, payload: string): Promise<string> {
  try {
    return (await system.request(subject, payload, { timeout: ANSWER_TIMEOUT_MS })).string();
  } catch (cause) {
    throw noResolver(cause);
  }
}

function noResolver(cause: unknown): CommandError {
  return new CommandError(
    EXIT.noServer,
    'Synadia: no server answered about accounts. Is SYNADIA_SYSTEM_CREDS of the system account, and have the servers a resolver (`resolver: { type: full }`)?',
    { details: { code: 'no_resolver', platform: 'synadia' }, cause },
  );
}
