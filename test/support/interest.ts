// Interest travels through the mesh without acknowledgement: a message published elsewhere right after a subscription
// may reach no subscriber. This waits until it has arrived, without a guessed delay.

import type { NatsConnection } from '@nats-io/nats-core';
import { createInbox } from '@nats-io/nats-core';
import { waitFor } from '../../waiting/wait-for.ts';

const INTEREST_TIMEOUT_MS = 10_000;

/** Long for an answer through the mesh of one machine; long enough around the world. */
const REQUEST_TIMEOUT_MS = 1_000;

/**
 * Waits until everything that `subscriber` has subscribed to so far is known where `publishers` are connected. A
 * server forwards subscriptions in order, so once a later one is known, the earlier ones are too.
 */
export async function awaitInterest(
  subscriber: NatsConnection,
  publishers: readonly NatsConnection[],
): Promise<void> {
  const subject = createInbox();
  const probe = subscriber.subscribe(subject, {
    callback: (_error, message) => {
      message.respond();
    },
  });
  await Promise.all(
    publishers.map((publisher) =>
      waitFor(`${subject} to be answered`, { timeoutMs: INTEREST_TIMEOUT_MS }, async () => {
        await publisher.request(subject, undefined, { timeout: REQUEST_TIMEOUT_MS });
        return true;
      }),
    ),
  );
  probe.unsubscribe();
}

/** The same for clients that all publish to each other. */
export async function awaitInterestOfAll(clients: readonly NatsConnection[]): Promise<void> {
  await Promise.all(clients.map((client) => awaitInterest(client, clients)));
}
