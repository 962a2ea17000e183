// In place of the object of a session's server: it says what a test has set, and notes what the registry asks of it.

import { DurableObject } from 'cloudflare:workers';
import type { SessionRegistry } from '../../../worker/sessions/session-registry.ts';
import type { ServerStatus } from '../../../worker/sessions/session-stubs.ts';

declare global {
  namespace Cloudflare {
    interface Env {
      readonly SESSION_REGISTRY: DurableObjectNamespace<SessionRegistry>;
      readonly SESSION_SERVER: DurableObjectNamespace<SessionNode>;
    }
  }
}

export class SessionNode extends DurableObject {
  #status: ServerStatus | undefined;
  readonly #ended: number[] = [];
  #held: PromiseWithResolvers<void> | undefined;
  #isAsked = false;

  async say(status: ServerStatus | undefined): Promise<void> {
    this.#status = status;
  }

  async ended(): Promise<readonly number[]> {
    return this.#ended;
  }

  /** From now on its answer waits until it is released, and is the one that it had before. */
  async hold(): Promise<void> {
    this.#held = Promise.withResolvers();
  }

  async release(): Promise<void> {
    this.#held?.resolve();
  }

  async isAsked(): Promise<boolean> {
    return this.#isAsked;
  }

  async status(): Promise<ServerStatus | undefined> {
    this.#isAsked = true;
    await this.#held?.promise;
    return this.#status;
  }

  async end(_id: string, serial: number): Promise<void> {
    this.#ended.push(serial);
  }
}
