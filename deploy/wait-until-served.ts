// After a deploy: waits until the edge at MERIDIAN_URL serves clients, and its JetStream too. A deploy with a new image
// restarts its servers, one after the other.

import * as v from 'valibot';
import { HealthSchema } from '../api/health.ts';
import { PATHS } from '../api/paths.ts';
import { CommandError, EXIT } from '../cli/exit.ts';
import { waitFor } from '../waiting/wait-for.ts';

const POLL_MS = 2_000;
const ANSWER_TIMEOUT_MS = 10_000;

/** @throws CommandError with the last answer when time is up */
export async function waitUntilServed(url: string, timeoutMs: number): Promise<void> {
  let last = 'it did not answer';
  const isServed = async (): Promise<boolean> => {
    const response = await fetch(`${new URL(url).origin}${PATHS.health}?jetstream=true`, {
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    last = wordsOf(response.status, await response.json().catch(() => undefined));
    return response.ok;
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

function wordsOf(status: number, body: unknown): string {
  const health = v.safeParse(HealthSchema, body);
  if (!health.success) return `it answered ${status}, and not as an edge does`;
  const { jetstream, others } = health.output;
  return jetstream?.problem ?? `${others.map(({ region, reason }) => `${region} ${reason}`).join(', ')}`;
}
