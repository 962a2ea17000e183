// The backups of the streams that a region writes, in a few words. Pure.

import type { Backups } from '../../../api/backups.ts';
import { durationText } from './numbers.ts';

/** @param region that wrote them last */
export function backupsText({ enabled, streams }: Backups, region: string): string {
  if (!enabled) return 'off';
  const own = streams.filter(({ writer, deleted }) => writer === region && deleted === null);
  if (own.length === 0) return 'none written here';
  const count = own.length === 1 ? '1 stream' : `${own.length} streams`;
  const wrong = own.filter(({ problems }) => problems.length > 0).length;
  if (wrong > 0) return `${count}, ${wrong === own.length ? 'all' : wrong} with a problem`;
  const lags = own.map(({ lagMs }) => lagMs);
  // One that is not known is not on time.
  if (lags.includes(null)) return `${count}, how far behind is unknown`;
  const lag = Math.max(...lags.map(Number));
  return lag === 0 ? `${count}, up to date` : `${count}, ${durationText(lag)} behind`;
}
