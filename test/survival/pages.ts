// What `/health` and `/api/regions` say while a run goes on.

import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../../api/client.ts';
import type { Health } from '../../api/health.ts';
import type { PagesLook } from './observed.ts';

const LOOK_EVERY_MS = 500;

export class Pages {
  readonly looks: PagesLook[] = [];
  readonly #api: ApiClient;
  readonly #regions: readonly string[];
  readonly #loop: Promise<void>;
  #isRunning = true;

  /** @param regions the JetStream regions */
  constructor(api: ApiClient, regions: readonly string[]) {
    this.#api = api;
    this.#regions = regions;
    this.#loop = this.#watch();
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.#loop;
  }

  async #watch(): Promise<void> {
    while (this.#isRunning) {
      const at = Date.now();
      const [health, answer] = await Promise.allSettled([this.#api.health(), this.#api.regions()]);
      const regions =
        answer.status === 'fulfilled'
          ? answer.value.regions.filter(({ id }) => this.#regions.includes(id))
          : undefined;
      this.looks.push({
        at,
        ...(health.status === 'fulfilled' && { isHealthy: isWell(health.value) }),
        ...(regions && { states: Object.fromEntries(regions.map(({ id, state }) => [id, state])) }),
        problems: Object.fromEntries(
          (regions ?? []).flatMap(({ id, problem }) => (problem === undefined ? [] : [[id, problem]])),
        ),
      });
      await delay(LOOK_EVERY_MS);
    }
  }
}

function isWell({ ok, jetstream }: Health): boolean {
  return ok && jetstream?.ok !== false;
}
