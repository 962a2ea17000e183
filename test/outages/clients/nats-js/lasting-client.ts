// A client that stays.

import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/nats-core';
import type { City } from '../client-spec.ts';
import { connect, RETRY_MS, regionOf } from './connect.ts';
import { emit, spec } from './program.ts';

/** Publishes to itself all the time, and reports when it hears nothing for a while. */
export class LastingClient {
  readonly #city: City;
  readonly #name: string;
  #heardAt = Date.now();
  #nats: NatsConnection | undefined;

  constructor(city: City, name: string) {
    this.#city = city;
    this.#name = name;
  }

  async start(): Promise<void> {
    await this.#connect();
    this.#heardAt = Date.now();
    setInterval(
      () => this.#nats?.isClosed() === false && this.#nats.publish(this.#subject),
      spec.echoEveryMs,
    );
  }

  end(): void {
    this.#tellOfSilence(true);
  }

  get #subject(): string {
    return `outages.${this.#name}`;
  }

  async #connect(): Promise<void> {
    while (true) {
      try {
        const nats = await connect(this.#city, { maxReconnectAttempts: -1 });
        this.#nats = nats;
        nats.subscribe(this.#subject, { callback: () => this.#heard() });
        this.#landed(nats);
        void this.#follow(nats);
        return;
      } catch {
        await delay(RETRY_MS);
      }
    }
  }

  async #follow(nats: NatsConnection): Promise<void> {
    for await (const { type } of nats.status()) if (type === 'reconnect') this.#landed(nats);
    await this.#connect();
  }

  #landed(nats: NatsConnection): void {
    emit({
      type: 'landed',
      client: this.#name,
      city: this.#city.city,
      region: regionOf(nats),
      at: Date.now(),
    });
  }

  #heard(): void {
    this.#tellOfSilence(false);
    this.#heardAt = Date.now();
  }

  #tellOfSilence(isOpen: boolean): void {
    const ms = Date.now() - this.#heardAt;
    if (ms <= spec.silenceMs) return;
    emit({ type: 'silence', client: this.#name, city: this.#city.city, from: this.#heardAt, ms, isOpen });
  }
}
