// The lifecycle of a region as it runs in its object: it takes the events, has the commands that follow carried out, and
// lets others wait until the server is up. What follows from what is lifecycle.ts.

import { messageOf } from '../message-of.ts';
import { step } from './lifecycle.ts';
import type { Command, Lifecycle, LifecycleEvent, Wants } from './lifecycle-events.ts';
import { isComingUp, problemOf, type Refusal, refusalOf, type Stage } from './stages.ts';

export interface LifecycleHost {
  /** Id of the region, for the log. */
  readonly region: string;
  /** Carries out a command. An error is logged. */
  perform(command: Command): Promise<void> | void;
  /** Called at each new stage, before its commands are carried out. */
  changed(): void;
}

export class RunningLifecycle {
  readonly #host: LifecycleHost;
  #state: Lifecycle;
  /** Resolves when the stage changes next. */
  #changed = Promise.withResolvers<void>();

  constructor(state: Lifecycle, host: LifecycleHost) {
    this.#state = state;
    this.#host = host;
  }

  get stage(): Stage {
    return this.#state.stage;
  }

  get since(): number {
    return this.#state.since;
  }

  get wants(): Wants {
    return this.#state.wants;
  }

  /** Whether it is up, and not about to stop: who wants it to be has nothing to wait for. */
  get isUpForGood(): boolean {
    const { stage } = this;
    return stage.kind === 'up' && !stage.isCounting;
  }

  /** Why a new client is refused at once; undefined if it is served, now or after a start. */
  get refusal(): Refusal | undefined {
    return refusalOf(this.#state);
  }

  /** An event has happened. Returns once the commands that follow from it are carried out. */
  dispatch(event: LifecycleEvent): Promise<void> {
    const { state, commands } = step(this.#state, event, Date.now());
    const isSame = state.stage === this.#state.stage;
    this.#state = state;
    if (!isSame) {
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
      this.#host.changed();
    }
    return this.carryOut(commands);
  }

  /** Begins all of them before waiting for any, so that the next event's commands come after these. */
  async carryOut(commands: readonly Command[]): Promise<void> {
    if (commands.length === 0) return;
    await Promise.all(
      commands.map(async (command) => {
        try {
          await this.#host.perform(command);
        } catch (error) {
          console.error(`region ${this.#host.region}: ${command.kind}: ${messageOf(error)}`);
        }
      }),
    );
  }

  /** Returns once it is no longer coming up: it is up, or it failed, or it was told otherwise. */
  async untilSettled(): Promise<void> {
    while (isComingUp(this.stage)) await this.#changed.promise;
  }

  /** Returns once the server takes clients. @throws Error when it does not come up */
  async comeUp(event: LifecycleEvent): Promise<void> {
    void this.dispatch(event);
    await this.untilSettled();
    const { stage } = this;
    if (stage.kind !== 'up') {
      throw new Error(problemOf(stage) ?? this.refusal?.reason ?? `it is ${stage.kind}`);
    }
  }
}
