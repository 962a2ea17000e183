// JetStream needs a majority of its servers, so there must be at least three JetStream regions, and they must stay awake.
// In a cluster nats-server's meta group never has fewer than two peers: a single server elects no leader, and of two
// neither can be lost.

import type { Problem } from '../problems.ts';
import type { ConfigDraft, RegionDraft } from './draft.ts';

/** The smallest number of servers that keeps a majority when one is lost. */
export const LEAST_MEMBERS = 3;

/**
 * Largest message of a stream that is backed up. The object of a region has 128 MiB, and a message is in it up to four
 * times: as it was received, decoded, in the segment, and on its way to R2.
 */
export const MOST_BACKED_UP_BYTES = 16 * 1024 * 1024;

/** Reports JetStream regions that may sleep or take messages too large for a backup, fewer than three, or an even number. */
export function checkJetstream(draft: ConfigDraft): Problem[] {
  return [...checkMembers(draft), ...checkPayloads(draft)];
}

function checkPayloads({ regions, jetstream }: ConfigDraft): Problem[] {
  if (jetstream?.backup.enabled !== true) return [];
  return regions.flatMap((region, index): Problem[] => {
    const bytes = region.limits?.maxPayloadBytes ?? 0;
    const path = `regions[${index}].limits.maxPayloadBytes`;
    return region.jetstream === true && bytes > MOST_BACKED_UP_BYTES
      ? [{ code: 'backup-payload-high', path, bytes, most: MOST_BACKED_UP_BYTES }]
      : [];
  });
}

function checkMembers({ regions }: ConfigDraft): Problem[] {
  const sleepers = regions.flatMap(({ jetstream, keepAwake }, index): Problem[] =>
    jetstream === true && keepAwake === false
      ? [{ code: 'jetstream-may-sleep', path: `regions[${index}].jetstream` }]
      : [],
  );
  // They can only be counted if both fields of every region are valid.
  return regions.every(isCountable) ? [...sleepers, ...checkCount(regions)] : sleepers;
}

function isCountable({ kind, enabled, jetstream }: RegionDraft): boolean {
  return kind === 'external' || (enabled !== undefined && jetstream !== undefined);
}

function checkCount(regions: readonly RegionDraft[]): Problem[] {
  const members = regions.flatMap(({ enabled, jetstream, id }, index) =>
    enabled && jetstream ? [id ?? `regions[${index}]`] : [],
  );
  if (members.length === 0) return [];
  if (members.length < LEAST_MEMBERS) return [{ code: 'jetstream-too-few', path: 'regions', ids: members }];
  return members.length % 2 === 0 ? [{ code: 'jetstream-even', path: 'regions', ids: members }] : [];
}
