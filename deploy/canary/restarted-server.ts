// Whether a region's server is another one than before a deploy. A deploy resets the region's object at once, which then says `up
// since now`, while the old container serves on until Cloudflare replaces it: only nats-server's own id tells the two apart.

import { ApiClient } from '../../api/client.ts';
import type { RegionView } from '../../api/regions.ts';
import { CommandError, EXIT } from '../../cli/exit.ts';
import { waitFor } from '../../waiting/wait-for.ts';

export interface RestartedServer {
  readonly url: string;
  /** Where the regions are shown to readers only. */
  readonly token: string | undefined;
  readonly region: string;
}

interface Waiting {
  /** The id from before; undefined: the deploy restarts no server. */
  readonly before: string | undefined;
  readonly timeoutMs: number;
  readonly pollMs: number;
  readonly interrupted: AbortSignal;
}

/**
 * The id of the server that runs now.
 *
 * @throws CommandError if there is none to be told apart from the next one, or the edge does not answer
 */
export async function runningServerId(of: RestartedServer): Promise<string> {
  const view = await viewOf(of).catch((cause: Error) => {
    throw new CommandError(
      EXIT.noServer,
      `--canary: the edge at MERIDIAN_URL does not say how ${of.region} is (${cause.message}), so a failure of the canary could not be told from one of before. Nothing was deployed.`,
      { details: { code: 'canary_no_edge', region: of.region }, cause },
    );
  });
  if (view?.state === 'up' && view.serverId !== undefined) return view.serverId;
  const why =
    view?.state === 'up'
      ? 'its edge is of a version that does not say which server runs: deploy once without --canary'
      : `it is ${view === undefined ? 'no region there' : view.state}: choose one that is up`;
  throw new CommandError(
    EXIT.refused,
    `--canary: whether ${of.region} has restarted could not be told, since ${why}. Nothing was deployed.`,
    { details: { code: 'canary_server_unknown', region: of.region, state: view?.state ?? null } },
  );
}

/** Until the region serves, with another server than before. @throws CommandError when time is up, with what was seen last */
export async function waitForServer(
  of: RestartedServer,
  { before, timeoutMs, pollMs, interrupted }: Waiting,
): Promise<void> {
  let last = 'it did not answer';
  const isThere = async () => {
    const view = await viewOf(of);
    const isOld = before !== undefined && (view?.serverId === undefined || view.serverId === before);
    last = `it is ${view?.state ?? 'gone'}${isOld ? ', with the server of before' : ''}`;
    return view?.state === 'up' && !isOld;
  };
  try {
    await waitFor(`${of.region} to serve`, { timeoutMs, pollMs, signal: interrupted }, isThere);
  } catch (cause) {
    if (interrupted.aborted) throw cause;
    throw new CommandError(
      EXIT.noServer,
      `${of.region} does not serve with the new image after ${timeoutMs / 1_000} s: ${last}.`,
      { details: { code: 'canary_not_restarted', region: of.region, last }, cause },
    );
  }
}

async function viewOf({ url, token, region }: RestartedServer): Promise<RegionView | undefined> {
  const { regions } = await new ApiClient({ url, token }).regions();
  return regions.find(({ id }) => id === region);
}
