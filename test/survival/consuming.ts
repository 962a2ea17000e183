// Consumers that note what they were given, and whose acknowledgements were confirmed.

import { setTimeout as delay } from 'node:timers/promises';
import { AckPolicy, type ConsumerMessages, type JetStreamManager, jetstream } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import type { Client } from '../support/client.ts';
import { confirmationOf, type Delivery } from './observed.ts';

const MAX_ACK_PENDING = 512;
const AT_A_TIME = 64;

/** A request that was lost with the consumer's leader is made again after about as long; by default after half a minute. */
const PULL_MS = 5_000;

/** Longer than an election: what is given again sooner than this was given again for another reason. */
const ACK_WAIT_MS = 10_000;

/** A consumer without leader answers nothing: ask again soon. */
const ASK_AGAIN_MS = 250;

/** Durable consumers with explicit acknowledgements, one for each client. */
export class Consuming {
  readonly names: readonly string[];
  readonly deliveries: Delivery[] = [];
  readonly confirmed = new Map<string, number>();
  readonly #stream: string;
  readonly #open = new Set<ConsumerMessages>();
  readonly #loops: readonly Promise<void>[];
  #isRunning = true;

  private constructor(stream: string, clients: ReadonlyMap<string, Client>) {
    this.#stream = stream;
    this.names = [...clients.keys()];
    this.#loops = [...clients].map(([name, client]) => this.#consume(name, client));
  }

  static async start(
    manager: JetStreamManager,
    stream: string,
    clients: ReadonlyMap<string, Client>,
  ): Promise<Consuming> {
    for (const name of clients.keys())
      await manager.consumers.add(stream, {
        durable_name: name,
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(ACK_WAIT_MS),
        max_ack_pending: MAX_ACK_PENDING,
      });
    return new Consuming(stream, clients);
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    for (const messages of this.#open) messages.stop();
    await Promise.all(this.#loops);
  }

  async #consume(name: string, { nats }: Client): Promise<void> {
    while (this.#isRunning) {
      try {
        const consumer = await jetstream(nats).consumers.get(this.#stream, name);
        const messages = await consumer.consume({ max_messages: AT_A_TIME, expires: PULL_MS });
        this.#open.add(messages);
        if (!this.#isRunning) messages.stop();
        for await (const message of messages) {
          const id = message.string();
          const consumerSeq = message.info.deliverySequence;
          this.deliveries.push({ consumer: name, id, consumerSeq, at: Date.now() });
          void message.ackAck().then(
            (isConfirmed) => {
              const key = confirmationOf(name, id);
              if (isConfirmed && !this.confirmed.has(key)) this.confirmed.set(key, Date.now());
            },
            () => {}, // Not confirmed: the message may come again.
          );
        }
        this.#open.delete(messages);
      } catch {
        // No leader, or no such consumer now.
      }
      if (this.#isRunning) await delay(ASK_AGAIN_MS);
    }
  }
}
