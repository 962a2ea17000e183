// Limits that a region's nats-server reads when it starts: an edit of them is live at once, but the server that runs
// goes by its own until it is started anew. Pure. The answers to edits and dry runs say so.

import type { Change } from './diff.ts';

/** Shaped like a problem, as warnings are. */
export interface NextStartNote {
  readonly path: string;
  readonly code: 'next-start';
  readonly message: string;
}

/** `regions.weur.limits.maxPayloadBytes`: the id, and the field. */
const LIMIT_PATH = /^regions\.([^.]+)\.limits\.([^.]+)$/;

/** The soft limit is the router's alone. */
const OF_THE_ROUTER = 'softConnections';

/** One for each limit among the changes that a server reads at its start. */
export function nextStartNotes(changes: readonly Change[]): readonly NextStartNote[] {
  return changes.flatMap(({ path }) => {
    const [, id, field] = LIMIT_PATH.exec(path) ?? [];
    if (id === undefined || field === undefined || field === OF_THE_ROUTER) return [];
    const when = `nats-server of ${id} takes it from its next start (regions drain and undrain, or stop)`;
    const message =
      field === 'maxConnections'
        ? `the router goes by it at once; ${when}, and until then its own limit holds where that is lower`
        : `${when}`;
    return [{ path, code: 'next-start', message }];
  });
}
