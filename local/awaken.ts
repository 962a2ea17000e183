// Wakes the regions of a stack that was just started, and says each as it comes up and what is still waited for.

import type { ApiClient } from '../api/client.ts';
import type { MeshLink } from '../api/mesh.ts';
import type { RegionView } from '../api/regions.ts';
import { type MeridianConfig, ownRegions } from '../regions/config.ts';
import { instanceNameOf } from '../regions/names.ts';
import { waitFor } from '../waiting/wait-for.ts';

export interface AwakenOptions {
  readonly api: Pick<ApiClient, 'regions' | 'mesh'>;
  /** Fires the cron trigger, which wakes the regions; it may take as long as the slowest of them. */
  readonly tick: () => Promise<void>;
  readonly config: MeridianConfig;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  readonly onProgress?: ((step: string) => void) | undefined;
  /** After how long without news it says again what it waits for. */
  readonly remindAfterMs?: number;
}

/** All regions and links come up well within this, even on a busy machine. */
const READY_TIMEOUT_MS = 90_000;

const REMIND_AFTER_MS = 5_000;

/** Returns once every region that stays awake is up and linked with all others. */
export async function awaken(options: AwakenOptions): Promise<void> {
  const { api, tick, config, onProgress, remindAfterMs = REMIND_AFTER_MS } = options;
  const awake = new Set(
    ownRegions(config)
      .filter(({ keepAwake, enabled }) => keepAwake && enabled)
      .map(({ id }) => id),
  );
  const failed = new AbortController();
  // Not waited for: the regions that are up are said before the last one has come.
  const ticked = tick().catch((error: unknown) => failed.abort(error));
  const news = newsTo(onProgress, remindAfterMs);
  const signal = AbortSignal.any([options.signal, failed.signal]);
  await waitFor('every region and every link to be up', { timeoutMs: READY_TIMEOUT_MS, signal }, async () => {
    // In this order, so that no link is up whose regions are not.
    const links = (await api.mesh()).links.filter(({ a, b }) => awake.has(a) && awake.has(b));
    const regions = (await api.regions()).regions.filter(({ id }) => awake.has(id));
    const missing = regions.filter(({ state }) => state !== 'up');
    const open = links.filter(({ state }) => state !== 'up');
    for (const { id, state } of regions) {
      if (state === 'up')
        news.once(
          `region ${id} is up (${instanceNameOf(id)})`,
          missing.map(({ id }) => id),
        );
    }
    for (const link of links) if (link.state === 'up') news.once(`link ${nameOf(link)} is up`);
    news.remind([...missing.map(stateOf), ...open.map((link) => `link ${nameOf(link)} (${link.state})`)]);
    return missing.length === 0 && open.length === 0;
  });
  await ticked;
}

function nameOf({ a, b }: MeshLink): string {
  return `${a} - ${b}`;
}

function stateOf({ id, state, problem }: RegionView): string {
  return `${id} (${state}${problem === undefined ? '' : `: ${problem}`})`;
}

function newsTo(onProgress: AwakenOptions['onProgress'], remindAfterMs: number) {
  const said = new Set<string>();
  let lastAt = performance.now();
  const say = (step: string) => {
    lastAt = performance.now();
    onProgress?.(step);
  };
  return {
    once: (step: string, waitingFor: readonly string[] = []) => {
      if (said.has(step)) return;
      said.add(step);
      say(waitingFor.length === 0 ? step : `${step}; waiting for ${waitingFor.join(', ')}`);
    },
    remind: (waitingFor: readonly string[]) => {
      if (waitingFor.length === 0 || performance.now() - lastAt < remindAfterMs) return;
      say(`still waiting for ${waitingFor.join(', ')}`);
    },
  };
}
