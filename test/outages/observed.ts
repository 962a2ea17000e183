// The raw observations of one outage. Times are milliseconds since the epoch.

import type { ClientEvent } from './clients/client-event.ts';
import type { ClientKind } from './clients/programs.ts';

export interface Observed {
  /** City -> all regions in the order of the ranking for it, before the outage. */
  readonly rankings: Readonly<Record<string, readonly string[]>>;
  /** Regions that failed. */
  readonly affected: readonly string[];
  readonly begunAt: number;
  readonly endedAt: number;
  /** Region that failed -> when its server answered again; without an entry it did not in time. */
  readonly returnedAt: Readonly<Record<string, number>>;
  /** When the clients were told to finish. */
  readonly finishedAt: number;
  readonly events: Readonly<Partial<Record<ClientKind, readonly ClientEvent[]>>>;
}
