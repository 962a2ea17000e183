// What nats.js, which this project did not write, reads from the streams of a load test while it runs, and what the
// servers say that they hold.

import {
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { Engine } from '../../local/engine/engine.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from './client.ts';
import { monitorOf, readMonitor } from './monitor.ts';

export class StreamReader implements AsyncDisposable {
  /** Messages by stream and then by subject. */
  readonly read = new Map<string, Map<string, number>>();
  /** The most that any server said it held, by stream. */
  readonly held = new Map<string, number>();
  readonly manager: JetStreamManager;
  readonly #client: Client;
  readonly #consuming: ConsumerMessages[] = [];
  #isOver = false;
  #looking: Promise<void> = Promise.resolve();

  private constructor(client: Client, manager: JetStreamManager) {
    this.#client = client;
    this.manager = manager;
  }

  static async at(url: string): Promise<StreamReader> {
    const client = await connectFrom(url, undefined);
    return new StreamReader(client, await jetstreamManager(client.nats));
  }

  /** Names of the streams that begin like this. */
  async streams(beginning: string): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const name of this.manager.streams.names()) if (name.startsWith(beginning)) names.push(name);
    return names;
  }

  /** Reads so many streams as soon as they are there. */
  async follow(beginning: string, streams: number, timeoutMs: number): Promise<readonly string[]> {
    await waitFor(
      `${streams} streams`,
      { timeoutMs },
      async () => (await this.streams(beginning)).length === streams,
    );
    const names = await this.streams(beginning);
    // A server may hear of a stream a moment later than the one that lists it.
    for (const name of names)
      await waitFor(`${name} to be readable`, { timeoutMs }, async () => {
        await this.#consume(name);
        return true;
      });
    return names;
  }

  async #consume(stream: string): Promise<void> {
    const bySubject = new Map<string, number>();
    this.read.set(stream, bySubject);
    const consumer = await jetstream(this.#client.nats).consumers.get(stream, {
      filter_subjects: `${stream}.message.*`,
      deliver_policy: DeliverPolicy.All,
    });
    const messages = await consumer.consume({
      callback: ({ subject }) => void bySubject.set(subject, (bySubject.get(subject) ?? 0) + 1),
    });
    this.#consuming.push(messages);
  }

  /** Looks at the servers' own counts, again and again. */
  watch(engine: Engine, regions: readonly string[]): void {
    this.#looking = this.#look(engine, regions);
  }

  async #look(engine: Engine, regions: readonly string[]): Promise<void> {
    const monitors = await Promise.all(regions.map((region) => monitorOf(engine, region)));
    while (!this.#isOver) {
      const answers = await Promise.all(monitors.map((monitor) => readMonitor(monitor, 'jsz?streams=true')));
      for (const { account_details = [] } of answers)
        for (const { stream_detail = [] } of account_details)
          for (const { name, state } of stream_detail)
            this.held.set(name, Math.max(this.held.get(name) ?? 0, state.messages));
    }
  }

  /** How many it has read of all streams. */
  get total(): number {
    return [...this.read.values()].reduce(
      (sum, bySubject) => sum + [...bySubject.values()].reduce((all, count) => all + count, 0),
      0,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#looking;
    for (const messages of this.#consuming) messages.stop();
    await this.#client.close();
  }
}
