// Limits that a region's nats-server reads when it starts: an edit of them takes effect at once, but a running server
// keeps its own until it is restarted. Pure. The answers to edits and dry runs include these notes.

import type { Change } from './diff.ts';

/** Has the shape of a problem, like the warnings it is listed with. */
export interface NextStartNote {
  readonly path: string;
  readonly code: 'next-start';
  readonly message: string;
}

/** `regions.weur.limits.maxPayloadBytes`: the id, and the field. */
const LIMIT_PATH = /^regions\.([^.]+)\.limits\.([^.]+)$/;

/** Limits that no server reads: the router uses the first, the region's object the others. */
const AT_ONCE: ReadonlySet<string> = new Set([
  'softConnections',
  'maxUnauthenticatedPerAddress',
  'maxUnauthenticated',
]);

/** One note for each changed limit that a server reads when it starts. */
export function nextStartNotes(changes: readonly Change[]): readonly NextStartNote[] {
  return changes.flatMap(({ path }) => {
    const [, id, field] = LIMIT_PATH.exec(path) ?? [];
    if (id === undefined || field === undefined || AT_ONCE.has(field)) return [];
    const when = `nats-server of ${id} uses it from its next start (to restart it: regions drain and undrain, or stop)`;
    const message =
      field === 'maxConnections'
        ? `the router and the region use it at once; ${when}, and until then keeps its own limit if that is lower`
        : when;
    return [{ path, code: 'next-start', message }];
  });
}
