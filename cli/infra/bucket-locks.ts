// Whether the copies of the state are protected by a lock rule of their bucket, and nothing that has to be written again is: as Cloudflare
// says it, not as infra/buckets.tf would have it. S3 has no words for these rules, so only the token can see them.

import * as v from 'valibot';
import type { CloudflareApi } from '../cloudflare/api.ts';
import { HISTORY_PREFIX } from './copy-name.ts';
import { fix, type InfraFinding, note, ok } from './finding.ts';
import { LOCK_KEY } from './lock-text.ts';
import { STATE_KEY } from './settings.ts';

const DAY_SECONDS = 24 * 60 * 60;

const RuleSchema = v.object({
  id: v.string(),
  enabled: v.boolean(),
  prefix: v.optional(v.string(), ''),
  condition: v.variant('type', [
    v.object({ type: v.literal('Age'), maxAgeSeconds: v.number() }),
    v.object({ type: v.literal('Date'), date: v.string() }),
    v.object({ type: v.literal('Indefinite') }),
  ]),
});
type Rule = v.InferOutput<typeof RuleSchema>;

const RulesSchema = v.object({ rules: v.array(RuleSchema) });

export async function lockRuleFindings(
  api: CloudflareApi | undefined,
  bucket: string,
  now = Date.now(),
): Promise<readonly InfraFinding[]> {
  if (api === undefined) return [unknown(bucket, 'CLOUDFLARE_API_TOKEN or CLOUDFLARE_ACCOUNT_ID is not set')];
  const { status, result } = await api.get(`/accounts/${api.account}/r2/buckets/${bucket}/lock`);
  if (status === 401 || status === 403)
    return [
      unknown(
        bucket,
        `CLOUDFLARE_API_TOKEN may not read them (${status})`,
        'Workers R2 Storage: Read is enough',
      ),
    ];
  if (status === 404)
    return [unknown(bucket, `this account has no bucket of that name (404), unless it is in a jurisdiction`)];
  const rules = v.safeParse(RulesSchema, result);
  if (status !== 200 || !rules.success) return [unknown(bucket, `Cloudflare answers ${status}`)];
  return judged(bucket, rules.output.rules, now);
}

function judged(bucket: string, rules: readonly Rule[], now: number): readonly InfraFinding[] {
  const valid = rules.filter(({ enabled, condition }) => enabled && !isOver(condition, now));
  const tooWide = valid.filter(({ prefix }) => [STATE_KEY, LOCK_KEY].some((key) => key.startsWith(prefix)));
  return [protection(bucket, valid), ...tooWide.map((rule) => wideFinding(bucket, rule))];
}

function protection(bucket: string, rules: readonly Rule[]): InfraFinding {
  const [longest] = rules
    .filter(({ prefix }) => HISTORY_PREFIX.startsWith(prefix))
    .toSorted((a, b) => secondsOf(b) - secondsOf(a));
  if (longest !== undefined)
    return ok(
      'history_locked',
      `copies of the state in ${bucket} cannot be changed or deleted${howLong(longest)}`,
    );
  return fix(
    'history_unlocked',
    `no lock rule of ${bucket} is about ${HISTORY_PREFIX}: who has the keys can delete the copies of the state`,
    'npm run infra -- apply makes it (infra/buckets.tf)',
  );
}

function wideFinding(bucket: string, { id, prefix }: Rule): InfraFinding {
  return fix(
    'lock_rule_wide',
    `the lock rule ${id} of ${bucket} is about ${prefix === '' ? 'all objects' : `all that begins with ${prefix}`}, so also about the state and its lock, which then cannot be written again`,
    `npx wrangler r2 bucket lock remove ${bucket} --name ${id}`,
  );
}

function isOver(condition: Rule['condition'], now: number): boolean {
  return condition.type === 'Date' && Date.parse(condition.date) <= now;
}

/** For comparison: a date ends, but no age or date is for ever. */
function secondsOf({ condition }: Rule): number {
  if (condition.type === 'Age') return condition.maxAgeSeconds;
  return condition.type === 'Date' ? 0 : Number.POSITIVE_INFINITY;
}

function howLong({ condition }: Rule): string {
  if (condition.type === 'Age') return ` for ${Math.floor(condition.maxAgeSeconds / DAY_SECONDS)} days`;
  return condition.type === 'Date' ? ` until ${condition.date.slice(0, 10)}` : '';
}

function unknown(bucket: string, why: string, how?: string): InfraFinding {
  return note(
    'history_unknown',
    `whether the copies of the state in ${bucket} are locked is not known: ${why}`,
    how,
  );
}
