// The Worker: wires the router and the regions' objects to the platform.

import { activeConfig, isRefreshDue, refreshConfig } from './config/active-config.ts';
import type { AuditEvent } from './config/audit-table.ts';
import { configStore } from './config/store-stub.ts';
import type { Env } from './env.ts';
import { messageOf } from './message-of.ts';
import { metricsCollector } from './metrics/collector-stub.ts';
import { tellRegions } from './region/tell-regions.ts';
import { rolloutsOf } from './rollouts/rollouts-stub.ts';
import { answer } from './router.ts';

export { ConfigStore } from './config/config-store.ts';
export { JetStreamKeeper } from './jetstream/keeper.ts';
export { ScratchServer } from './jetstream/scratch-server.ts';
export { LiveView } from './live/live-view.ts';
export { MetricsCollector } from './metrics/collector.ts';
export * from './region/classes.ts';
export { RolloutDriver } from './rollouts/rollout-driver.ts';
export { SessionRegistry } from './sessions/session-registry.ts';
export { SessionServer } from './sessions/session-server.ts';

export default {
  fetch: (request, env, ctx) => {
    const background = (name: string, work: Promise<unknown>) =>
      ctx.waitUntil(work.catch((error: unknown) => console.error(`${name}: ${messageOf(error)}`)));
    const audit = (...events: readonly AuditEvent[]) => background('audit', writeAudit(env, events));
    if (isRefreshDue(env)) background('configuration', refreshConfig(env));
    return answer(request, { ...activeConfig(env), env, background, audit });
  },

  /**
   * Every minute: each region gets the current configuration and is woken if it should be awake, also after a deploy
   * or when its alarm or an edit's message was lost. The collector begins, if it does not collect yet, and a rollout whose alarm was
   * lost goes on.
   */
  scheduled: async (_event, env) => {
    await refreshConfig(env);
    await Promise.all([
      tellRegions(env, activeConfig(env)),
      begun('the collector of metrics', metricsCollector(env)?.begin()),
      begun('the object of rollouts', rolloutsOf(env)?.begin()),
      // So that it is known since when each is there.
      begun('the store of the configuration', noted(env)),
    ]);
  },
} satisfies ExportedHandler<Env>;

async function noted(env: Env): Promise<void> {
  await configStore(env)?.secrets();
}

async function begun(what: string, call: Promise<void> | undefined): Promise<void> {
  try {
    await call;
  } catch (error) {
    console.error(`${what} does not answer: ${messageOf(error)}`);
  }
}

async function writeAudit(env: Env, events: readonly AuditEvent[]): Promise<void> {
  await configStore(env)?.audit(events);
}
