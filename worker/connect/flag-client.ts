// For whom flags are evaluated: what a request says of its client, or what a question says of another one.

import { clientHashOf } from '../../routing/client-hash.ts';
import { networkOf } from '../../routing/client-network.ts';
import { entryOf } from '../../routing/entry.ts';
import type { FlagClient } from '../../routing/flags.ts';
import type { RoutingPlan } from '../../routing/plan.ts';

/** A client of flags, with what its percentages are drawn by. */
export interface KeyedClient extends FlagClient {
  readonly key: string;
}

/** What flags read of a request. `cf` and `client` are as the decision takes them. */
interface Asker {
  readonly cf?: unknown;
  readonly client?: string | undefined;
  readonly headers: Headers;
}

/** Never throws. */
export function flagClientOf({ cf, client, headers }: Asker, plan: RoutingPlan): KeyedClient {
  const { entry, country, inEu } = entryOf(cf, plan);
  return {
    country,
    inEu,
    // A data center that is in no table yet is one all the same.
    colo: coloOf(cf),
    clientHash: clientHashOf(client, entry.value),
    header: (name) => headers.get(name),
    key: client === undefined ? entry.value : networkOf(client),
  };
}

function coloOf(cf: unknown): string | undefined {
  const { colo }: { readonly colo?: unknown } = typeof cf === 'object' && cf !== null ? cf : {};
  return typeof colo === 'string' && /^[A-Z]{3}$/.test(colo) ? colo : undefined;
}
