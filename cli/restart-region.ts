// Restarts one region: drains it, waits until it has stopped, puts it back into service, and waits until it serves and,
// with JetStream, holds all streams again.

import type { AdminClient } from './admin-client.ts';
import { CommandError, EXIT } from './exit.ts';
import { type ProgressOut, progressOn } from './progress.ts';
import type { Restart } from './restart-plan.ts';
import { waitUntilEmpty } from './wait-until-empty.ts';

/** How long to wait for each part, and between looks; a test waits less. */
export interface RestartTimes {
  /** Until its clients have gone and it has stopped. */
  readonly drainMs: number;
  /** Until it is up and holds all streams. */
  readonly upMs: number;
  readonly pollMs: number;
}

/**
 * - `served`: nothing is done yet, or it serves again
 * - `drained`: it takes no clients, and does not by itself
 * - `returning`: it is back in service, and comes up by itself
 */
export type Standing = 'served' | 'drained' | 'returning';

export type RestartClient = Pick<AdminClient, 'operate' | 'regions' | 'jetstream'>;

export class RegionRestart {
  readonly #client: RestartClient;
  readonly #region: Restart;
  readonly #times: RestartTimes;
  readonly #out: ProgressOut;
  #standing: Standing = 'served';

  constructor(client: RestartClient, region: Restart, times: RestartTimes, out: ProgressOut) {
    this.#client = client;
    this.#region = region;
    this.#times = times;
    this.#out = out;
  }

  get id(): string {
    return this.#region.id;
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** @throws CommandError with what went wrong; `standing` says where it stands then */
  async run(): Promise<void> {
    const { id } = this.#region;
    const { drainMs, pollMs } = this.#times;
    // If its answer is lost, it may be drained all the same.
    this.#standing = 'drained';
    const started = await this.#client.operate(id, 'drain').catch((error: unknown) => {
      if (isRefusal(error)) this.#standing = 'served';
      throw error;
    });
    await waitUntilEmpty(this.#client, started, { timeoutMs: drainMs, pollMs, out: this.#out });
    await this.putBack();
    await this.#untilBack();
    this.#standing = 'served';
  }

  /** Puts it back into service, so that it comes up by itself. */
  async putBack(): Promise<void> {
    await this.#client.operate(this.#region.id, 'undrain');
    this.#standing = 'returning';
  }

  async #untilBack(): Promise<void> {
    const { id } = this.#region;
    const { upMs, pollMs } = this.#times;
    const startedAt = performance.now();
    const progress = progressOn(this.#out);
    try {
      while (true) {
        const missing = await this.#missing();
        const waitedMs = performance.now() - startedAt;
        if (missing === undefined) return progress.show(`${id} is back`, 1);
        progress.show(`${id} ${missing}`, undefined);
        if (waitedMs >= upMs) {
          throw new CommandError(EXIT.refused, `${id} ${missing}, ${upMs / 1000} s after it was put back.`);
        }
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    } finally {
      progress.end();
    }
  }

  /** What is missing until it is as before; undefined if nothing is. */
  async #missing(): Promise<string | undefined> {
    const { id, jetstream, keepAwake } = this.#region;
    const { regions } = await this.#client.regions();
    const view = regions.find((each) => each.id === id);
    if (view === undefined) throw new CommandError(EXIT.refused, `${id} is no longer a region.`);
    const { state, problem } = view;
    if (state === 'asleep' && !keepAwake) return undefined;
    if (state !== 'up') return `is ${state}${problem === undefined ? '' : ` (${problem})`}`;
    if (!jetstream) return undefined;
    const member = (await this.#client.jetstream()).members.find(({ region }) => region === id);
    if (member?.state === 'full') return undefined;
    return `does not hold all streams yet${member?.why === undefined ? '' : `: ${member.why}`}`;
  }
}

/** The edge has answered, so nothing was changed. */
function isRefusal(error: unknown): boolean {
  return error instanceof CommandError && error.details.mayHaveHappened !== true;
}
