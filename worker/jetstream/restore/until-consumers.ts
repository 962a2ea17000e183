// A restored stream answers before its consumers do: in a cluster each of them is made by the servers afterwards.

import type { NatsConnection } from '@nats-io/nats-core';
import type { ConsumerBackup } from '../manifest/segment-header.ts';
import { ask } from './api.ts';

/** Followers take up a consumer once they have the stream; elections come between. */
const TIMEOUT_MS = 30_000;
const POLL_MS = 100;
const ANSWER_TIMEOUT_MS = 1_000;

/**
 * Waits until the restored consumers answer, so that an application finds them once the restore is done. Those without a
 * durable name end when nobody uses them, and are not waited for.
 *
 * @returns in words, which do not answer so far
 */
export async function untilConsumers(
  connection: NatsConnection,
  stream: string,
  consumers: readonly ConsumerBackup[],
  timeoutMs = TIMEOUT_MS,
): Promise<readonly string[]> {
  const end = Date.now() + timeoutMs;
  let silent = consumers.filter(({ config }) => config.durable_name !== undefined).map(({ name }) => name);
  for (;;) {
    const answers = await Promise.all(silent.map((name) => isThere(connection, stream, name)));
    silent = silent.filter((_, n) => answers[n] === false);
    if (silent.length === 0) return [];
    if (Date.now() > end) return [`consumers ${silent.join(', ')} do not answer so far`];
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function isThere(connection: NatsConnection, stream: string, name: string): Promise<boolean> {
  return ask(connection, `CONSUMER.INFO.${stream}.${name}`, {}, ANSWER_TIMEOUT_MS).then(
    () => true,
    () => false,
  );
}
