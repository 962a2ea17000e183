// After a deploy: waits until the edge at MERIDIAN_URL serves clients, and its JetStream too, with the servers of this deploy. One with
// a new image restarts them, one after the other, and the old ones serve until then.

import * as v from 'valibot';
import { ApiClient } from '../api/client.ts';
import { HealthSchema } from '../api/health.ts';
import { PATHS } from '../api/paths.ts';
import { CommandError, EXIT } from '../cli/exit.ts';
import { waitFor } from '../waiting/wait-for.ts';

const POLL_MS = 2_000;
const ANSWER_TIMEOUT_MS = 10_000;

export interface Serving {
  readonly url: string;
  /** Where the regions are shown to readers only. */
  readonly token: string | undefined;
  readonly timeoutMs: number;
  /** Regions whose server is replaced, with the id of the old one. */
  readonly old: ReadonlyMap<string, string>;
}

/** @throws CommandError with the last answer when time is up */
export async function waitUntilServed({ url, token, timeoutMs, old }: Serving): Promise<void> {
  let last = 'it did not answer';
  const isServed = async (): Promise<boolean> => {
    const response = await fetch(`${new URL(url).origin}${PATHS.health}?jetstream=true`, {
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    last = wordsOf(response.status, await response.json().catch(() => undefined));
    if (!response.ok) return false;
    if (old.size === 0) return true;
    const late = await notReplaced(new ApiClient({ url, token }), old);
    last = late.join(', ');
    return late.length === 0;
  };
  try {
    await waitFor('the edge to serve', { timeoutMs, pollMs: Math.min(POLL_MS, timeoutMs / 10) }, isServed);
  } catch (cause) {
    throw new CommandError(
      EXIT.noServer,
      `Cloudflare: deployed, but the edge at MERIDIAN_URL does not serve after ${timeoutMs / 1_000} s: ${last}.`,
      { details: { code: 'not_serving', platform: 'cloudflare', last }, cause },
    );
  }
}

/** Regions without their new server, in words. One that sleeps gets it when it is woken. */
async function notReplaced(client: ApiClient, old: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const { regions } = await client.regions();
  return regions.flatMap(({ id, enabled, state, serverId }) => {
    const before = old.get(id);
    if (before === undefined || !enabled || state === 'asleep') return [];
    if (serverId === before) return [`${id} still runs the server of before`];
    return state === 'up' && serverId !== undefined ? [] : [`${id} is ${state}`];
  });
}

function wordsOf(status: number, body: unknown): string {
  const health = v.safeParse(HealthSchema, body);
  if (!health.success) return `it answered ${status}, and not as an edge does`;
  const { jetstream, others } = health.output;
  return jetstream?.problem ?? `${others.map(({ region, reason }) => `${region} ${reason}`).join(', ')}`;
}
