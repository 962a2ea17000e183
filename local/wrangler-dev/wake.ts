// What Cloudflare does with every Worker, and `wrangler dev` does not: it fires the cron trigger, which wakes the
// regions that should be awake.

import { PATHS } from '../../api/paths.ts';
import { waitFor } from '../../waiting/wait-for.ts';

/** As in wrangler.toml. */
const CRON_PERIOD_MS = 60_000;

/** Building seven images, on a machine that is busy. */
const START_TIMEOUT_MS = 15 * 60_000;
const LINKED_TIMEOUT_MS = 3 * 60_000;
const POLL_MS = 1_000;

/** Resolves when the Worker at this address answers. */
export function answering(url: string, signal: AbortSignal): Promise<true> {
  return waitFor(
    `an answer at ${url}`,
    { timeoutMs: START_TIMEOUT_MS, pollMs: POLL_MS, signal },
    async () => {
      const response = await fetch(`${url}${PATHS.openapi}`, { signal: AbortSignal.timeout(5_000) });
      await response.body?.cancel();
      return true;
    },
  );
}

/** Fires it now and every minute, until the signal. What goes wrong is told, and tried again a minute later. */
export function fireCron(url: string, signal: AbortSignal, log: (line: string) => void): void {
  const fire = () => {
    fetch(`${url}/cdn-cgi/local/scheduled`, { signal }).then(
      async (response) => {
        const text = await response.text();
        if (!response.ok) log(`the cron trigger failed: ${text.slice(0, 200)}`);
      },
      (error: Error) => signal.aborted || log(`the cron trigger could not be fired: ${error.message}`),
    );
  };
  fire();
  const timer = setInterval(fire, CRON_PERIOD_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
}

/** Resolves with the number of links, once all are up. */
export function linked(url: string, signal: AbortSignal): Promise<number> {
  return waitFor('all links', { timeoutMs: LINKED_TIMEOUT_MS, pollMs: 2 * POLL_MS, signal }, async () => {
    const response = await fetch(`${url}${PATHS.mesh}`, { signal: AbortSignal.timeout(5_000) });
    const { links } = (await response.json()) as { links: readonly { readonly state: string }[] };
    return links.length > 0 && links.every(({ state }) => state === 'up') && links.length;
  });
}
