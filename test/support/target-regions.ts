// The regions of what the contract suite runs against, as it tells them itself: a deployment may have others than this checkout.

import { parse, safeParse } from 'valibot';
import { ErrorAnswerSchema } from '../../api/error-answer.ts';
import { PATHS } from '../../api/paths.ts';
import { RegionViewsSchema } from '../../api/regions.ts';
import type { Located } from './expected-region.ts';

export interface TargetRegion extends Located {
  /** NATS servers of somebody else, of which only the decision is ours. */
  readonly isExternal: boolean;
  /** It takes clients, or is started by them. Not one that is turned off or that an operator drains. */
  readonly serves: boolean;
  readonly jetstream: boolean;
  /** It runs at all times. */
  readonly keepAwake: boolean;
}

/**
 * @param token for a deployment that shows its regions to readers alone
 * @throws Error that says why there is nothing to run the suite against
 */
export async function readTargetRegions(
  url: string,
  token: string | undefined,
): Promise<readonly TargetRegion[]> {
  const body = await answerOf(url, token);
  const { regions } = parse(RegionViewsSchema, body);
  const described = regions.map(
    ({ id, latitude, longitude, kind, enabled, state, jetstream, keepAwake }) => ({
      ...{ id, latitude, longitude },
      isExternal: kind === 'external',
      serves: enabled && state !== 'draining' && state !== 'stopping',
      jetstream: enabled && jetstream === true,
      keepAwake: enabled && keepAwake === true,
    }),
  );
  if (!described.some(({ serves, isExternal }) => serves && !isExternal))
    throw new Error(
      `${url} has no region of its own that takes clients: ${regions.map(({ id, state }) => `${id} is ${state}`).join(', ')}`,
    );
  return described;
}

async function answerOf(url: string, token: string | undefined): Promise<unknown> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url + PATHS.regions, { headers }).catch((cause: unknown) => {
    throw new Error(
      `nothing answers at ${url}${codeOf(cause)}: MERIDIAN_URL is the address that the deploy printed`,
      {
        cause,
      },
    );
  });
  const body = asJson(await response.text());
  if (response.ok && body !== undefined) return body;
  const refusal = safeParse(ErrorAnswerSchema, body);
  if (!refusal.success)
    throw new Error(
      `${url}${PATHS.regions} answers ${response.status}, and not as Meridian does: MERIDIAN_URL is the address that the deploy printed`,
    );
  const { message } = refusal.output.error;
  throw new Error(
    `${url}${PATHS.regions} answers ${response.status}: ${message}${response.status === 401 ? ' Give it as MERIDIAN_TOKEN' : ''}`,
  );
}

/** ` (ENOTFOUND)`, as fetch has it below "fetch failed". */
function codeOf(failed: unknown): string {
  const { cause } = failed instanceof Error ? failed : {};
  return cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
