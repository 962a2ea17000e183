// What the backup of streams uses of R2 in a month: docs/backup.md has where the figures are from. Pure.

import type { MeridianConfig } from '../regions/config.ts';
import { HOURS_PER_MONTH, SECONDS_PER_MONTH } from './month.ts';
import type { Traffic } from './traffic.ts';
import type { Use } from './use.ts';

/** Of each 180 segments two listings, one folded object and the manifest (worker/jetstream/backup/stream-writer.ts). */
const WITH_FOLDING = 184 / 180;

/** Objects that a verification of a stream reads, at most: its folded segments, and those that are not yet folded. */
const READS_PER_VERIFICATION = 200;

/** None if backups are off. */
export function storageUses(
  { jetstream: { backup } }: MeridianConfig,
  { streams, storedGb }: Traffic,
): readonly Use[] {
  if (!backup.enabled) return [];
  const writes = streams * (SECONDS_PER_MONTH / backup.everySeconds) * WITH_FOLDING;
  // Each hour one listing looks for what is to be verified.
  const listings = streams > 0 ? HOURS_PER_MONTH : 0;
  const verifications = backup.verifyHours === 0 ? 0 : HOURS_PER_MONTH / backup.verifyHours;
  const at = { driver: 'storage', region: null } as const;
  return [
    { ...at, price: 'r2Storage', quantity: storedGb },
    { ...at, price: 'r2ClassA', quantity: writes + listings },
    { ...at, price: 'r2ClassB', quantity: streams * verifications * READS_PER_VERIFICATION },
  ];
}
