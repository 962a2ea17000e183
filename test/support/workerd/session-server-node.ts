// The object of a session's server, with a fake container: everything else in it is as deployed.

import type { DurableObject } from 'cloudflare:workers';
import type { Env } from '../../../worker/env.ts';
import { SessionServer } from '../../../worker/sessions/session-server.ts';
import { FakeContainer } from './fake-container.ts';

declare global {
  namespace Cloudflare {
    interface Env {
      readonly SESSION_SERVER_NODE: DurableObjectNamespace<SessionServerNode>;
    }
  }
}

export class SessionServerNode extends SessionServer {
  constructor(ctx: DurableObject['ctx'], env: Env) {
    // A new object finds the container that the last one left, as in production.
    const container = containers.get(ctx.id.toString()) ?? new FakeContainer();
    containers.set(ctx.id.toString(), container);
    Object.defineProperty(ctx, 'container', { value: container });
    super(ctx, env);
  }
}

const containers = new Map<string, FakeContainer>();

/** The container of a session's object. */
export function sessionContainerOf({ id }: { readonly id: DurableObjectId }): FakeContainer {
  const container = containers.get(id.toString());
  if (container === undefined) throw new Error('the object was not made yet');
  return container;
}
