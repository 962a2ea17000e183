// Whether CLOUDFLARE_API_TOKEN, with which the provider works, may do what it has to and no more than one account.

import * as v from 'valibot';
import { type CloudflareApi, cloudflareApi } from '../cloudflare/api.ts';
import { fix, type InfraFinding, note, ok } from './finding.ts';
import type { Environment } from './settings.ts';

const DAY_MS = 24 * 60 * 60_000;

/** Time to make a new one. */
const SOON_DAYS = 14;

const VerifiedSchema = v.object({ status: v.string(), expires_on: v.nullish(v.string()) });
const ListSchema = v.array(v.looseObject({ id: v.string() }));

const WHERE = 'docs/infrastructure.md says what the token has to be allowed to do';

export async function tokenFindings(env: Environment, now = Date.now()): Promise<readonly InfraFinding[]> {
  const api = cloudflareApi(env);
  if (api === undefined)
    return [
      note(
        'no_token',
        'CLOUDFLARE_API_TOKEN or CLOUDFLARE_ACCOUNT_ID is not set: what the token may do is not looked at',
      ),
    ];
  const verified = await verify(api);
  if (verified === undefined)
    return [
      fix('token_wrong', 'Cloudflare does not know CLOUDFLARE_API_TOKEN', 'copy it again, or make a new one'),
    ];
  if (verified.status !== 'active')
    return [fix('token_wrong', `CLOUDFLARE_API_TOKEN is ${verified.status}`, 'make a new one')];
  const [accounts, buckets] = await Promise.all([
    api.get('/accounts?per_page=5'),
    api.get(`/accounts/${api.account}/r2/buckets?per_page=1`),
  ]);
  return [
    expiryFinding(verified.expires_on, now),
    accountsFinding(accounts.result),
    bucketsFinding(buckets.status),
  ];
}

/** A token belongs to an account or to a person, and each asks elsewhere. */
async function verify(api: CloudflareApi) {
  for (const path of [`/accounts/${api.account}/tokens/verify`, '/user/tokens/verify']) {
    const { status, result } = await api.get(path);
    if (status === 200 && v.is(VerifiedSchema, result)) return result;
  }
  return undefined;
}

function expiryFinding(expires: string | null | undefined, now: number): InfraFinding {
  if (!expires)
    return note('token_endless', 'CLOUDFLARE_API_TOKEN never ends', 'give it an end of a few months');
  const days = Math.floor((Date.parse(expires) - now) / DAY_MS);
  const text = `CLOUDFLARE_API_TOKEN ends on ${expires.slice(0, 10)}`;
  return days < SOON_DAYS
    ? note('token_ends', `${text}, in ${days} days`, 'make a new one')
    : ok('token', text);
}

function accountsFinding(result: unknown): InfraFinding {
  const count = v.is(ListSchema, result) ? result.length : 0;
  if (count <= 1) return ok('token_account', 'CLOUDFLARE_API_TOKEN reaches one account');
  return fix(
    'token_too_much',
    `CLOUDFLARE_API_TOKEN reaches ${count} accounts or more`,
    `make one for this account only: ${WHERE}`,
  );
}

function bucketsFinding(status: number): InfraFinding {
  if (status === 200) return ok('token_buckets', 'CLOUDFLARE_API_TOKEN may see the buckets');
  return fix(
    'token_too_little',
    `CLOUDFLARE_API_TOKEN may not see the buckets of the account (${status})`,
    WHERE,
  );
}
