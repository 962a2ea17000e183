// Which regions `regions restart` restarts, in which order, and which it leaves out. Pure.

import type { JetStream } from '../api/jetstream.ts';
import type { RegionView } from '../api/regions.ts';
import { isExternal, type MeridianConfig } from '../regions/config.ts';

export interface Restart {
  readonly id: string;
  readonly clients: number | null;
  readonly jetstream: boolean;
  /** Whether it starts again by itself; otherwise its next client starts it. */
  readonly keepAwake: boolean;
}

export interface RestartPlan {
  readonly restarts: readonly Restart[];
  /** Not restarted, and why. */
  readonly leftOut: readonly { readonly id: string; readonly why: string }[];
  /** Why nothing may be restarted now; undefined if it may. */
  readonly refusal?: string;
}

/**
 * Regions without JetStream come first: where something is wrong with all new servers, that shows before one leaves
 * that holds streams.
 *
 * @param asked ids that the configuration has; all regions if empty
 * @param members undefined if there is no JetStream
 */
export function planRestart(
  { regions }: MeridianConfig,
  views: readonly RegionView[],
  members: JetStream['members'] | undefined,
  asked: readonly string[],
): RestartPlan {
  const restarts: Restart[] = [];
  const leftOut: { id: string; why: string }[] = [];
  for (const region of regions) {
    const { id, enabled, drain } = region;
    if (asked.length > 0 && !asked.includes(id)) continue;
    if (isExternal(region)) {
      leftOut.push({ id, why: 'it is external: its servers are not ours' });
      continue;
    }
    const { jetstream, keepAwake } = region;
    const { state, clients = null } = views.find((each) => each.id === id) ?? {};
    const why = whyLeftOut({ enabled, drain, state });
    if (why === undefined) restarts.push({ id, clients, jetstream, keepAwake });
    else leftOut.push({ id, why });
  }
  const inOrder = restarts.toSorted((a, b) => Number(a.jetstream) - Number(b.jetstream));
  const refusal = refusalOf(inOrder, members);
  return { restarts: inOrder, leftOut, ...(refusal !== undefined && { refusal }) };
}

function whyLeftOut({
  enabled,
  drain,
  state,
}: {
  enabled: boolean;
  drain: boolean;
  state?: string | undefined;
}) {
  if (!enabled) return 'it is disabled';
  if (drain) return 'it is drained: `regions undrain` puts it back';
  if (state === 'asleep') return 'it is asleep: its next client starts it anew';
  return undefined;
}

/** Only while every JetStream server holds everything may one of them leave. */
function refusalOf(restarts: readonly Restart[], members: JetStream['members'] = []): string | undefined {
  if (!restarts.some(({ jetstream }) => jetstream)) return undefined;
  const behind = members.filter(({ state }) => state !== 'full');
  if (behind.length === 0) return undefined;
  const words = behind.map(
    ({ region, state, why }) => `${region} is ${state}${why === undefined ? '' : ` (${why})`}`,
  );
  return `not every JetStream server holds all streams: ${words.join(', ')}`;
}
