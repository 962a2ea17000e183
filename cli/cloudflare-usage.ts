// What the containers of a deployment really used, as Cloudflare counts it for the bill: one query of its GraphQL analytics.
// https://developers.cloudflare.com/analytics/graphql-api/tutorials/querying-container-metrics/

import * as v from 'valibot';
import type { ContainerUse } from '../cost/container-cost.ts';
import type { ContainerPlace } from '../cost/egress-price.ts';
import { CLUSTER_LABEL, SERVER_LABEL } from '../regions/container-labels.ts';
import { type CloudflareApi, cloudflareApi, type Environment } from './cloudflare/api.ts';
import { CommandError, EXIT } from './exit.ts';

/** The most rows that an answer may have. */
const MOST_ROWS = 10_000;

const QUERY = `query ContainersUsage($account: String, $from: Time, $to: Time, $cluster: String) {
  viewer {
    accounts(filter: { accountTag: $account }) {
      containersUsageAdaptiveGroups(
        limit: ${MOST_ROWS}
        filter: { datetime_geq: $from, datetime_leq: $to, labels_has: $cluster }
      ) {
        dimensions { server: label(name: "${SERVER_LABEL}") location region }
        sum { cpuTimeSec allocatedMemory allocatedDisk txBytes }
      }
    }
  }
}`;

const Amount = v.pipe(v.number(), v.minValue(0));
const RowsSchema = v.object({
  data: v.object({
    viewer: v.object({
      accounts: v.array(
        v.object({
          containersUsageAdaptiveGroups: v.array(
            v.object({
              dimensions: v.object({
                server: v.string(),
                location: v.nullish(v.string(), ''),
                region: v.nullish(v.string(), ''),
              }),
              sum: v.object({
                cpuTimeSec: Amount,
                allocatedMemory: Amount,
                allocatedDisk: Amount,
                txBytes: Amount,
              }),
            }),
          ),
        }),
      ),
    }),
  }),
});

/** GraphQL answers with 200 also where it refuses. */
const ErrorsSchema = v.object({ errors: v.pipe(v.array(v.object({ message: v.string() })), v.minLength(1)) });

/** What one server used in one place. */
export interface UsedThere {
  /** Such as nats-weur. */
  readonly server: string;
  readonly place: ContainerPlace;
  readonly used: ContainerUse;
}

export interface UsageQuery {
  readonly cluster: string;
  /** ms since the epoch. */
  readonly from: number;
  readonly to: number;
}

/**
 * One row for each server and place; none if nothing of the cluster ran, or its analytics are not there yet.
 *
 * @throws CommandError without a token, if it may not read, or if Cloudflare does not answer with what was asked for
 */
export async function readUsage(
  { cluster, from, to }: UsageQuery,
  env: Environment = process.env,
): Promise<readonly UsedThere[]> {
  const api = cloudflareApi(env);
  if (api === undefined) throw withoutToken();
  const variables = {
    account: api.account,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    cluster: `${CLUSTER_LABEL}=${cluster}`,
  };
  const answer = await fetchAnswer(api, { query: QUERY, variables });
  const rows = rowsOf(answer);
  if (rows.length >= MOST_ROWS)
    throw new CommandError(
      EXIT.refused,
      `Cloudflare has more than ${MOST_ROWS} rows for that time: ask for fewer days.`,
    );
  return rows;
}

async function fetchAnswer(api: CloudflareApi, body: unknown): Promise<unknown> {
  const response = await api.ask('/graphql', { method: 'POST', body });
  if (response.status === 401 || response.status === 403)
    throw notAllowed(`Cloudflare's API answers ${response.status}`);
  const text = api.redacted(await response.text());
  if (!response.ok)
    throw new CommandError(
      EXIT.refused,
      `Cloudflare's API answers ${response.status}: ${text.slice(0, 300)}`,
    );
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CommandError(EXIT.refused, "Cloudflare's API answers with something that is not JSON.", {
      cause,
    });
  }
}

function rowsOf(answer: unknown): readonly UsedThere[] {
  const refused = v.safeParse(ErrorsSchema, answer);
  if (refused.success) {
    const message = refused.output.errors.map((error) => error.message).join('; ');
    if (/authoriz|permission|access/i.test(message)) throw notAllowed(`Cloudflare says: ${message}`);
    throw new CommandError(EXIT.refused, `Cloudflare refuses the query: ${message}`);
  }
  const parsed = v.safeParse(RowsSchema, answer);
  if (!parsed.success)
    throw new CommandError(
      EXIT.refused,
      "Cloudflare's API answers in another form than it is documented: nothing is known of the use.",
    );
  const [account] = parsed.output.data.viewer.accounts;
  if (account === undefined) throw notAllowed('Cloudflare shows no such account to this token');
  return account.containersUsageAdaptiveGroups.map(({ dimensions: { server, location, region }, sum }) => ({
    server,
    place: { location, region },
    used: {
      cpuSeconds: sum.cpuTimeSec,
      memoryByteSeconds: sum.allocatedMemory,
      diskByteSeconds: sum.allocatedDisk,
      sentBytes: sum.txBytes,
    },
  }));
}

const PERMISSION = 'a token with the permission Account Analytics: Read';

function withoutToken(): CommandError {
  return new CommandError(
    EXIT.usage,
    `What containers used only Cloudflare knows: set CLOUDFLARE_ACCOUNT_ID, and CLOUDFLARE_API_TOKEN to ${PERMISSION}.`,
  );
}

function notAllowed(what: string): CommandError {
  return new CommandError(
    EXIT.notAuthorized,
    `${what}. CLOUDFLARE_API_TOKEN has to be ${PERMISSION}, of the account CLOUDFLARE_ACCOUNT_ID.`,
  );
}
