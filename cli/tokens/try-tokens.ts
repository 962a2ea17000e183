// Tries the tokens that are in the environment against Cloudflare: whether they are valid, until when, and whether they may do what
// they must not. It only reads, and only what a token as it should be is refused.

import { AwsClient } from 'aws4fetch';
import * as v from 'valibot';
import { CloudflareApi, type Environment } from '../cloudflare/api.ts';
import { DEPLOY_TOKEN, STATE_KEYS, type Tried } from './token-matrix.ts';

const TIMEOUT_MS = 10_000;

const VerifiedSchema = v.object({
  result: v.object({
    status: v.picklist(['active', 'disabled', 'expired']),
    expires_on: v.optional(v.string()),
  }),
});

/** Those that are set. Never rejects. */
export async function tryTokens(env: Environment): Promise<readonly Tried[]> {
  const keys = STATE_KEYS.filter((name) => env[name]).map((name) => tryStateKey(name, env));
  return Promise.all([...(env[DEPLOY_TOKEN.name] ? [tryDeployToken(env)] : []), ...keys]);
}

async function tryDeployToken(env: Environment): Promise<Tried> {
  const { name, denied } = DEPLOY_TOKEN;
  const account = env.CLOUDFLARE_ACCOUNT_ID?.trim();
  const api = new CloudflareApi({
    ...{ base: env.CLOUDFLARE_API_BASE_URL, account: account ?? '', token: env[name] ?? '' },
    timeoutMs: TIMEOUT_MS,
  });
  const ask = (path: string) => answerOf(() => api.ask(path));
  const verified = await verify(ask, account);
  const none = { name, expiresOn: null, allowed: [], untried: [] };
  if (verified === undefined || typeof verified === 'string') return { ...none, status: verified };
  const whats = denied.map(({ what }) => what);
  if (!account) return { ...none, ...verified, untried: whats };
  const answers = await Promise.all(denied.map(({ path }) => ask(`/accounts/${account}${path}`)));
  return { ...none, ...verified, ...sorted(whats, answers) };
}

type Ask = (path: string) => Promise<Answered | undefined>;

/** A token is of an account or of a user; only its own place knows it. */
async function verify(
  ask: Ask,
  account: string | undefined,
): Promise<Pick<Tried, 'status' | 'expiresOn'> | 'unknown-token' | undefined> {
  const places = [...(account ? [`/accounts/${account}/tokens/verify`] : []), '/user/tokens/verify'];
  let isAnswered = false;
  for (const place of places) {
    const answer = await ask(place);
    if (answer === undefined || answer.status >= 500 || answer.status === 429) continue;
    isAnswered = true;
    const parsed = v.safeParse(VerifiedSchema, answer.body);
    if (parsed.success)
      return { status: parsed.output.result.status, expiresOn: parsed.output.result.expires_on };
  }
  return isAnswered ? 'unknown-token' : undefined;
}

/** A key of one bucket is refused the list of all. Until when it is valid the S3 API does not say. */
async function tryStateKey(name: (typeof STATE_KEYS)[number], env: Environment): Promise<Tried> {
  const suffix = name.slice('R2_ACCESS_KEY_ID'.length);
  const of = (of: string) => env[`${of}${suffix}`] || env[of];
  const account = of('CLOUDFLARE_ACCOUNT_ID');
  const endpoint = of('R2_ENDPOINT') ?? (account && `https://${account}.r2.cloudflarestorage.com`);
  const [accessKeyId, secretAccessKey] = [env[name] ?? '', of('R2_SECRET_ACCESS_KEY') ?? ''];
  const what = 'the names of all buckets';
  const none = { name, expiresOn: null, allowed: [], untried: [what] };
  if (!endpoint || !secretAccessKey) return { ...none, status: 'active' };
  const client = new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region: 'auto', retries: 0 });
  const answer = await answerOf(() =>
    client.fetch(`${endpoint.replace(/\/+$/, '')}/`, { signal: AbortSignal.timeout(TIMEOUT_MS) }),
  );
  if (answer === undefined) return { ...none, status: undefined };
  if (answer.status === 401) return { ...none, status: 'unknown-token' };
  return { ...none, status: 'active', ...sorted([what], [answer]) };
}

interface Answered {
  readonly status: number;
  readonly body: unknown;
}

async function answerOf(ask: () => Promise<Response>): Promise<Answered | undefined> {
  try {
    const response = await ask();
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : undefined };
  } catch {
    // Whoever does not answer is told of as such.
    return undefined;
  }
}

/** Refused is as it should be. */
function sorted(
  whats: readonly string[],
  answers: readonly (Answered | undefined)[],
): Pick<Tried, 'allowed' | 'untried'> {
  const isDenied = (answer: Answered | undefined) => answer?.status === 401 || answer?.status === 403;
  return {
    allowed: whats.filter((_, index) => answers[index]?.status === 200),
    untried: whats.filter((_, index) => answers[index]?.status !== 200 && !isDenied(answers[index])),
  };
}
