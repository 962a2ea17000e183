// Watches a region that drains until it has stopped, with a bar of the clients that are left.

import type { OperationResult } from '../api/regions.ts';
import type { SeenState } from '../api/states.ts';
import type { AdminClient } from './admin-client.ts';
import { CommandError, EXIT } from './exit.ts';

const POLL_MS = 1000;
const BAR_CELLS = 30;

const GONE: ReadonlySet<SeenState> = new Set(['asleep']);
const LEAVING: ReadonlySet<SeenState> = new Set(['draining', 'stopping']);
const BACK: ReadonlySet<SeenState> = new Set(['up', 'starting']);

/** How the region is as the edge sees it, which may not reach it any more. */
type Seen = Omit<OperationResult, 'state'> & { readonly state: SeenState };

/** Where progress goes, and how long to sleep between two looks: a test's are shorter. */
export interface WaitOptions {
  readonly timeoutMs: number;
  readonly pollMs?: number;
  readonly out?: { readonly isTTY?: boolean; write(text: string): unknown };
}

/**
 * @throws CommandError when the drain was taken back, or takes too long
 */
export async function waitUntilEmpty(
  client: Pick<AdminClient, 'regions'>,
  started: Seen,
  { timeoutMs, pollMs = POLL_MS, out = process.stderr }: WaitOptions,
): Promise<Seen> {
  const deadline = performance.now() + timeoutMs;
  const { region } = started;
  const show = progressOn(out, started.clients);
  let now = started;
  let wasLeaving = false;
  try {
    // Not `waitFor`, which goes on when a look fails: here the failure is what the operator has to know.
    for (;;) {
      show(now);
      if (GONE.has(now.state) && now.clients === 0) return now;
      if (wasLeaving && BACK.has(now.state)) {
        throw new CommandError(EXIT.refused, `${region} is ${now.state} again: its drain was taken back.`);
      }
      wasLeaving ||= LEAVING.has(now.state);
      if (performance.now() >= deadline) {
        throw new CommandError(
          EXIT.refused,
          `${region} still has ${now.clients ?? '?'} clients and is ${now.state} after ${timeoutMs / 1000} s. The drain goes on: see \`regions list\`.`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, pollMs));
      now = await look(client, region);
    }
  } finally {
    if (out.isTTY) out.write('\n');
  }
}

async function look(client: Pick<AdminClient, 'regions'>, id: string): Promise<Seen> {
  const { regions } = await client.regions();
  const view = regions.find((each) => each.id === id);
  if (view === undefined) throw new CommandError(EXIT.refused, `${id} is no longer a region.`);
  return { region: id, state: view.state, clients: view.clients };
}

// On a terminal one line that is written over, elsewhere a line for each news.
function progressOn(
  out: NonNullable<WaitOptions['out']>,
  clientsAtStart: Seen['clients'],
): (now: Seen) => void {
  let most = clientsAtStart;
  let last = '';
  return ({ region, state, clients }) => {
    if (clients !== null) most = Math.max(most ?? clients, clients);
    const words = `${region} ${state}, ${clients ?? '?'} clients left`;
    if (words === last) return;
    last = words;
    // No bar without a count: it would claim one.
    const drawn = clients === null || most === null ? '' : `${bar(clients, most)} `;
    out.write(out.isTTY ? `\r\u001b[2K${drawn}${words}` : `${words}\n`);
  };
}

function bar(left: number, most: number): string {
  const full = most === 0 ? BAR_CELLS : Math.floor(((most - left) / most) * BAR_CELLS);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_CELLS - full)}]`;
}
