// Watches a draining region until it has stopped, with a progress bar of its remaining clients.

import type { OperationResult, RegionView } from '../api/regions.ts';
import type { SeenState } from '../api/states.ts';
import type { AdminClient } from './admin-client.ts';
import { type DrainTimes, drainSecondsLeft } from './drain-text.ts';
import { CommandError, EXIT } from './exit.ts';
import { type Progress, type ProgressOut, progressOn } from './progress.ts';

const POLL_MS = 1000;
/** The region's object is told of its drain directly. If it still serves after this, it was not, or was woken since. */
const BEGIN_TIMEOUT_MS = 30_000;

const GONE: ReadonlySet<SeenState> = new Set(['asleep']);
const LEAVING: ReadonlySet<SeenState> = new Set(['draining', 'stopping']);
const BACK: ReadonlySet<SeenState> = new Set(['up', 'starting']);

/** The region as the edge sees it, which may no longer reach it. */
type Seen = Omit<OperationResult, 'state'> & { readonly state: SeenState } & Pick<RegionView, 'drainPhase'> &
  Partial<Pick<RegionView, 'since'>>;

/** Where progress goes, and how long to wait: a test waits less. */
export interface WaitOptions {
  readonly timeoutMs: number;
  /** How long it may take until the region drains. */
  readonly beginTimeoutMs?: number;
  /** Between two looks. */
  readonly pollMs?: number;
  readonly out?: ProgressOut;
  /** What bounds the drain, to say how long it takes. */
  readonly times?: DrainTimes;
}

/**
 * @throws CommandError when the drain was undone, or takes too long
 */
export async function waitUntilEmpty(
  client: Pick<AdminClient, 'regions'>,
  started: Seen,
  {
    timeoutMs,
    beginTimeoutMs = BEGIN_TIMEOUT_MS,
    pollMs = POLL_MS,
    out = process.stderr,
    times,
  }: WaitOptions,
): Promise<Seen> {
  const startedAt = performance.now();
  const { region } = started;
  const progress = progressOn(out);
  const show = clientsOn(progress, started.clients, times);
  let now = started;
  let wasLeaving = false;
  try {
    // Not `waitFor`, which goes on when a look fails: here the failure is what the operator has to know.
    for (;;) {
      show(now);
      if (GONE.has(now.state) && now.clients === 0) return now;
      if (wasLeaving && BACK.has(now.state)) {
        throw new CommandError(EXIT.refused, `${region} is ${now.state} again: its drain was cancelled.`);
      }
      wasLeaving ||= LEAVING.has(now.state);
      const waitedMs = performance.now() - startedAt;
      if (!wasLeaving && BACK.has(now.state) && waitedMs >= beginTimeoutMs) {
        throw new CommandError(
          EXIT.refused,
          `${region} is ${now.state} and has not begun to drain: see \`regions show ${region}\`, then drain it again.`,
        );
      }
      if (waitedMs >= timeoutMs) {
        throw new CommandError(
          EXIT.refused,
          `${region} still has ${now.clients ?? '?'} clients and is ${now.state} after ${timeoutMs / 1000} s. The drain continues: see \`regions list\`.`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, pollMs));
      now = await look(client, region);
    }
  } finally {
    progress.end();
  }
}

async function look(client: Pick<AdminClient, 'regions'>, id: string): Promise<Seen> {
  const { regions } = await client.regions();
  const view = regions.find((each) => each.id === id);
  if (view === undefined) throw new CommandError(EXIT.refused, `${id} is no longer a region.`);
  const { state, since, clients, drainPhase } = view;
  return { region: id, state, since, clients, ...(drainPhase !== undefined && { drainPhase }) };
}

/** The most clients that were seen are the whole of the bar. */
function clientsOn(
  progress: Progress,
  clientsAtStart: Seen['clients'],
  times: DrainTimes | undefined,
): (now: Seen) => void {
  let most = clientsAtStart;
  return ({ region, state, since, clients, drainPhase }) => {
    if (clients !== null) most = Math.max(most ?? clients, clients);
    const share = clients === null || most === null ? undefined : most === 0 ? 1 : (most - clients) / most;
    const phase = drainPhase === undefined ? '' : ` (${drainPhase})`;
    const seconds =
      drainPhase === undefined || since === undefined || times === undefined
        ? undefined
        : drainSecondsLeft({ drainPhase, since }, times, Date.now());
    progress.show(`${region} ${state}${phase}, ${clients ?? '?'} clients left`, share, seconds);
  };
}
