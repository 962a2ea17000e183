// What nats.js, which this project did not write, sees while a load test runs: the messages of the test itself, and the
// pauses between its own from one region to another.

import type { Msg } from '@nats-io/nats-core';
import { FORCE_REGION_HEADER } from '../../api/headers.ts';
import { type Client, connectFrom } from './client.ts';

/** A subject of the load test's messages; requests to its services have one word more. */
const MESSAGE = /^k6\.[^.]+\.[^.]+\.[^.]+$/;

/** Own messages go out this often. */
const EVERY_MS = 50;

export interface Pause {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Hears all messages of load tests, in a region that nothing happens to. */
export class Observer implements AsyncDisposable {
  /** Messages by the region in which they were published, which they say in their reply subject. */
  readonly messages = new Map<string, number>();
  /** Requests to services. */
  requests = 0;
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
    client.nats.subscribe('k6.>', { callback: (_, message) => this.#take(message) });
  }

  static async in(region: string, url: string): Promise<Observer> {
    const observer = new Observer(await connectFrom(url, undefined, forced(region)));
    await observer.#client.nats.flush();
    return observer;
  }

  get all(): number {
    return [...this.messages.values()].reduce((sum, count) => sum + count, 0);
  }

  #take({ subject, reply }: Msg): void {
    if (MESSAGE.test(subject)) this.messages.set(reply ?? '', (this.messages.get(reply ?? '') ?? 0) + 1);
    else this.requests += 1;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#client.close();
  }
}

/** Publishes in one region and listens in another one, and remembers when something came. */
export class Witness implements AsyncDisposable {
  readonly #publisher: Client;
  readonly #subscriber: Client;
  readonly #timer: NodeJS.Timeout;
  readonly #arrivals: number[] = [];

  private constructor(publisher: Client, subscriber: Client) {
    this.#publisher = publisher;
    this.#subscriber = subscriber;
    subscriber.nats.subscribe('witness', { callback: () => void this.#arrivals.push(Date.now()) });
    this.#timer = setInterval(() => {
      if (!publisher.nats.isClosed()) publisher.nats.publish('witness');
    }, EVERY_MS);
  }

  static async between(from: string, to: string, url: string): Promise<Witness> {
    return new Witness(
      await connectFrom(url, undefined, forced(from)),
      await connectFrom(url, undefined, forced(to)),
    );
  }

  get hasHeard(): boolean {
    return this.#arrivals.length > 0;
  }

  /** The longest time in which nothing came, by the clock of this machine. */
  longestPause(): Pause {
    const pauses = this.#arrivals
      .slice(1)
      .map((toMs, index) => ({ fromMs: this.#arrivals[index] ?? 0, toMs }));
    const length = ({ fromMs, toMs }: Pause) => toMs - fromMs;
    return pauses.reduce((longest, pause) => (length(pause) > length(longest) ? pause : longest));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([this.#publisher.close(), this.#subscriber.close()]);
  }
}

function forced(region: string) {
  return { headers: { [FORCE_REGION_HEADER]: region } };
}
