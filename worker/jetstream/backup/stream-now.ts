// How a stream is just now, asked from its leader: which messages it has, and its consumers.

import type { NatsConnection } from '@nats-io/nats-core';
import { rangesOf } from '../manifest/extent.ts';
import type { ConsumerBackup, Extent } from '../manifest/segment-header.ts';
import { ask } from '../restore/api.ts';
import { type ConsumerAnswer, consumerBackups, type StateAnswer } from './led-streams.ts';

interface InfoAnswer {
  readonly state: StateAnswer & { readonly deleted?: readonly number[] | null };
}

/** Which messages it has. @param known not asked for again if as many are deleted behind the same first one */
export async function extentNow(
  connection: NatsConnection,
  stream: string,
  known: Extent | undefined,
): Promise<Extent> {
  const { state } = await ask<InfoAnswer>(connection, `STREAM.INFO.${stream}`);
  const { first_seq: firstSeq, last_seq: lastSeq, num_deleted: deleted = 0 } = state;
  if (deleted === 0) return { firstSeq, lastSeq, deleted: [] };
  if (known !== undefined && known.firstSeq === firstSeq && numberOf(known) === deleted) {
    return { ...known, lastSeq };
  }
  const detailed = await ask<InfoAnswer>(connection, `STREAM.INFO.${stream}`, { deleted_details: true });
  return {
    firstSeq: detailed.state.first_seq,
    lastSeq: detailed.state.last_seq,
    deleted: rangesOf(detailed.state.deleted ?? []),
  };
}

/** How many are deleted behind its first message. */
export function numberOf({ deleted }: Extent): number {
  return deleted.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** Durable ones, on whichever server they run. */
export async function consumersNow(
  connection: NatsConnection,
  stream: string,
): Promise<readonly ConsumerBackup[]> {
  const found: ConsumerAnswer[] = [];
  for (;;) {
    const page = await ask<{ readonly total: number; readonly consumers: readonly ConsumerAnswer[] | null }>(
      connection,
      `CONSUMER.LIST.${stream}`,
      { offset: found.length },
    );
    found.push(...(page.consumers ?? []));
    if (found.length >= page.total || (page.consumers ?? []).length === 0) return consumerBackups(found);
  }
}
