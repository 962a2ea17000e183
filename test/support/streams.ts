// What the tests need of JetStream.

import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { waitFor } from '../../waiting/wait-for.ts';

/** Servers that have just met elect their first leader within some seconds. */
const ELECTION_TIMEOUT_MS = 20_000;

/** Without a leader a request gets no answer: ask again soon. */
export const API_TIMEOUT_MS = 500;

/** Waits until JetStream has a leader that answers. */
export async function jetStreamIsReady(nats: NatsConnection): Promise<void> {
  await waitFor('JetStream to answer', { timeoutMs: ELECTION_TIMEOUT_MS }, async () => {
    const manager = await jetstreamManager(nats, { checkAPI: false, timeout: API_TIMEOUT_MS });
    await manager.getAccountInfo();
    return true;
  });
}

/** Names of the servers that hold all of a stream, its leader among them. */
export async function currentReplicas(manager: JetStreamManager, stream: string): Promise<readonly string[]> {
  const { cluster } = await manager.streams.info(stream);
  if (cluster?.leader === undefined) return [];
  const followers = cluster.replicas ?? [];
  return [
    cluster.leader,
    ...followers.filter(({ current, offline }) => current && offline !== true).map(({ name }) => name),
  ];
}

/**
 * Publishes until it is acknowledged. Messages to a stream that was created through another region are lost until
 * its interest has arrived.
 */
export async function publishFirst(nats: NatsConnection, subject: string, text: string): Promise<void> {
  await waitFor(`${subject} to be taken`, { timeoutMs: ELECTION_TIMEOUT_MS }, async () => {
    await jetstream(nats).publish(subject, text, { timeout: API_TIMEOUT_MS, msgID: text });
    return true;
  });
}
