// Which streams take messages of which subjects: a subject is of one stream in an account.

import type { NatsConnection } from '@nats-io/nats-core';
import type { JsonObject } from '../manifest/segment-header.ts';
import { streamNames } from './api.ts';
import { subjectsOf } from './target.ts';

/** Streams that take messages of the same subjects. */
export async function takers(
  connection: NatsConnection,
  { subjects }: JsonObject,
): Promise<readonly string[]> {
  const names = await Promise.all(
    (Array.isArray(subjects) ? subjects : []).map((subject) => streamNames(connection, String(subject))),
  );
  return [...new Set(names.flat())];
}

/** Streams beside which one of this configuration can't be made. */
export async function othersOf(connection: NatsConnection, config: JsonObject): Promise<readonly string[]> {
  const names = await takers(connection, { subjects: subjectsOf(config) });
  return names.filter((name) => name !== config.name);
}

/** Why a stream of this configuration is not made. */
export function overlapText(config: JsonObject, others: readonly string[], account: string): string {
  return `stream ${String(config.name)} of account ${account} was not restored: ${others.join(', ')} takes messages of its subjects (${subjectsOf(config).join(', ')}), and a subject is of one stream. Give that stream other subjects, or delete it`;
}
