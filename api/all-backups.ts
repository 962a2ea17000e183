// `GET /api/backups` answers a page at a time: all of them, for whoever wants to know of every stream.

import type { Backups } from './backups.ts';

/** @param page asks for those behind `after`; for the first if undefined */
export async function allBackups(page: (after: string | undefined) => Promise<Backups>): Promise<Backups> {
  let all = await page(undefined);
  // An edge that was deployed earlier answers with all of them, and without `next`.
  while (typeof all.next === 'string') {
    const more = await page(all.next);
    all = { ...more, streams: [...all.streams, ...more.streams] };
  }
  return all;
}
