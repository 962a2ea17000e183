// Messages to streams of JetStream, of which each is acknowledged: so many are on their way at a time.

import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type NatsConnection, wsconnect } from '@nats-io/nats-core';
import { waitFor } from '../../waiting/wait-for.ts';

export interface StreamsOptions {
  readonly url: string;
  /** Of the streams, each with the subjects `<name>.*`. They are made. */
  readonly names: readonly string[];
  readonly replicas: number;
  /** The server that leads them. Default: as they elect. */
  readonly leader?: string;
}

/** It ends after `durationMs`, or when `bytes` are stored, whichever is first. */
export interface AckedLoad {
  readonly streams: readonly string[];
  /** Sizes of the messages, in turn. */
  readonly sizes: readonly number[];
  readonly inFlight: number;
  /** Pause of each of those in flight after an acknowledgement. Default: none. */
  readonly pauseMs?: number;
  readonly durationMs: number;
  readonly bytes?: number;
}

export interface AckedResult {
  /** Messages that were acknowledged, and the bytes of their bodies. */
  readonly count: number;
  readonly bytes: number;
  readonly elapsedMs: number;
  /** Messages of which no acknowledgement came in time. */
  readonly failed: number;
}

/** Servers that have just met elect their leaders within some seconds. */
const READY_TIMEOUT_MS = 30_000;
const ACK_TIMEOUT_MS = 5_000;

export class AckedPublisher {
  readonly #nats: NatsConnection;

  constructor(nats: NatsConnection) {
    this.#nats = nats;
  }

  static async open({ url, names, replicas, leader }: StreamsOptions): Promise<AckedPublisher> {
    const nats = await wsconnect({ servers: url });
    const publisher = new AckedPublisher(nats);
    for (const name of names) {
      await publisher.#make(name, replicas);
      if (leader !== undefined) await publisher.#lead(name, leader);
    }
    return publisher;
  }

  async publish({
    streams,
    sizes,
    inFlight,
    pauseMs = 0,
    durationMs,
    bytes: most = Number.POSITIVE_INFINITY,
  }: AckedLoad): Promise<AckedResult> {
    const client = jetstream(this.#nats);
    const bodies = sizes.map((size) => crypto.getRandomValues(new Uint8Array(size)));
    const result = { count: 0, bytes: 0, failed: 0 };
    let next = 0;
    const started = performance.now();
    const isOver = () => performance.now() - started >= durationMs || result.bytes >= most;
    const publishSome = async (lane: number) => {
      while (!isOver()) {
        const turn = next++;
        const body = bodies[turn % bodies.length] ?? new Uint8Array();
        const subject = `${streams[turn % streams.length]}.${lane}`;
        try {
          await client.publish(subject, body, { timeout: ACK_TIMEOUT_MS });
          result.count += 1;
          result.bytes += body.length;
        } catch {
          result.failed += 1;
        }
        if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    };
    await Promise.all(Array.from({ length: inFlight }, (_, lane) => publishSome(lane)));
    return { ...result, elapsedMs: performance.now() - started };
  }

  async remove(name: string): Promise<void> {
    const manager = await jetstreamManager(this.#nats);
    await manager.streams.delete(name);
  }

  close(): void {
    void this.#nats.close();
  }

  async #make(name: string, replicas: number): Promise<void> {
    const config = { name, subjects: [`${name}.*`], num_replicas: replicas, allow_direct: true };
    await waitFor(`stream ${name} to be made`, { timeoutMs: READY_TIMEOUT_MS }, async () => {
      const manager = await jetstreamManager(this.#nats, { checkAPI: false, timeout: ACK_TIMEOUT_MS });
      await manager.streams.add(config);
      await jetstream(this.#nats).publish(`${name}.first`, '', { timeout: ACK_TIMEOUT_MS });
      return true;
    });
  }

  /** A follower that is not current yet does not take over, so this asks until it has. */
  async #lead(name: string, preferred: string): Promise<void> {
    await waitFor(`${preferred} to lead stream ${name}`, { timeoutMs: READY_TIMEOUT_MS }, async () => {
      const manager = await jetstreamManager(this.#nats, { checkAPI: false, timeout: ACK_TIMEOUT_MS });
      const { cluster } = await manager.streams.info(name);
      if (cluster?.leader === preferred) return true;
      const request = JSON.stringify({ placement: { preferred } });
      await this.#nats.request(`$JS.API.STREAM.LEADER.STEPDOWN.${name}`, request);
      return false;
    });
  }
}
