// Asks before something is done to a region, and shows what would happen.

import type { DryRun } from '../../../api/config.ts';
import { PATHS, type RegionOperation } from '../../../api/paths.ts';
import type { RegionView } from '../../../api/regions.ts';
import { app, ask } from '../state/app.ts';
import { withRegion } from '../state/config.ts';
import { loadConfig } from '../state/load-config.ts';
import { type Consent, confirmed } from './confirm-dialog.tsx';

const SAYS: Readonly<Record<Exclude<RegionOperation, 'undrain'>, string>> = {
  drain:
    'It refuses new clients at once. After the data centers have learned of it, its clients are told to leave, and go where the forecast says. When the last one has left, its server stops.',
  stop: 'Its server is stopped at once, and its clients are disconnected: they reconnect by themselves, first to another region. If the region is kept awake, its server starts again.',
  wake: 'Its container is started, and costs from then on.',
};

const DRAIN_OF_EXTERNAL =
  "No new clients are sent there from now on. Its servers are somebody else's, and are told nothing: those who are there stay until they leave.";

/** Undefined: they would rather not. */
export async function confirmOperation(
  { id, name, kind, clients }: RegionView,
  operation: RegionOperation,
): Promise<Consent | undefined> {
  if (operation === 'undrain') return { force: false, message: '' };
  const title = { drain: `Drain ${name}?`, stop: `Restart ${name}?`, wake: `Wake ${name}?` }[operation];
  const dryRun = operation === 'drain' ? await forecastOfDrain(id) : undefined;
  if (dryRun !== undefined) app.set({ proposal: { what: `a drain of ${name}`, dryRun } });
  try {
    return await confirmed({
      title,
      text: kind === 'external' ? DRAIN_OF_EXTERNAL : SAYS[operation],
      clients: operation === 'wake' ? undefined : clients,
      dryRun,
      action: { drain: 'Drain', stop: 'Restart', wake: 'Wake' }[operation],
      canForce: operation !== 'wake',
    });
  } finally {
    if (dryRun !== undefined) app.set({ proposal: undefined });
  }
}

/** Undefined where there is none to be had: what is said in words still holds. */
async function forecastOfDrain(id: string): Promise<DryRun | undefined> {
  const live = await loadConfig(true);
  if (live === undefined) return undefined;
  const config = withRegion(live.config, id, { drain: true });
  return ask<DryRun>(PATHS.dryRun, { method: 'POST', body: { config } }).catch(() => undefined);
}
