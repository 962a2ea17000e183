// Publishers that note what was acknowledged.

import { setTimeout as delay } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import type { Client } from '../support/client.ts';
import type { Acknowledged } from './observed.ts';

/** While a leader is elected a publish gets no answer. */
const TIMEOUT_MS = 500;

/** Between two messages of one publisher: enough messages to lose, and little for a machine to do. */
const PAUSE_MS = 10;

/** Each client publishes one message after the other to `<subject>.<publisher>` until `stop`. */
export class Publishing {
  readonly acknowledged: Acknowledged[] = [];
  readonly failures: Record<string, number> = {};
  readonly #loops: readonly Promise<void>[];
  #isRunning = true;

  constructor(clients: readonly Client[], subject: string) {
    this.#loops = clients.map((client, index) => this.#publish(client, subject, index));
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await Promise.all(this.#loops);
  }

  /** How many were acknowledged since a time. */
  since(at: number): number {
    return this.acknowledged.filter((each) => each.at >= at).length;
  }

  async #publish({ nats }: Client, subject: string, publisher: number): Promise<void> {
    const client = jetstream(nats, { timeout: TIMEOUT_MS });
    for (let n = 0; this.#isRunning; n += 1) {
      const id = `${publisher}-${n}`;
      try {
        const { seq } = await client.publish(`${subject}.${publisher}`, id, {
          msgID: id,
          timeout: TIMEOUT_MS,
          retries: 1,
        });
        this.acknowledged.push({ id, seq, at: Date.now() });
      } catch (error) {
        // Not acknowledged, so nothing was promised.
        const message = error instanceof Error ? error.message : String(error);
        this.failures[message] = (this.failures[message] ?? 0) + 1;
      }
      await delay(PAUSE_MS);
    }
  }
}
