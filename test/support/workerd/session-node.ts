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

  async say(status: ServerStatus | undefined): Promise<void> {
    this.#status = status;
  }

  async ended(): Promise<readonly number[]> {
    return this.#ended;
  }

  async status(): Promise<ServerStatus | undefined> {
    return this.#status;
  }

  async end(_id: string, serial: number): Promise<void> {
    this.#ended.push(serial);
  }
}
