// The Worker: wires the router and the regions' objects to the platform.

import { activeConfig, refreshConfig } from './config/active-config.ts';
import type { AuditEvent } from './config/audit-table.ts';
import { configStore } from './config/store-stub.ts';
import { type Env, regionStub } from './env.ts';
import { messageOf } from './message-of.ts';
import { answer } from './router.ts';

export { ConfigStore } from './config/config-store.ts';
export * from './region/classes.ts';

export default {
  fetch: (request, env, ctx) => {
    const background = (name: string, work: Promise<unknown>) =>
      ctx.waitUntil(work.catch((error: unknown) => console.error(`${name}: ${messageOf(error)}`)));
    const audit = (...events: readonly AuditEvent[]) => background('audit', writeAudit(env, events));
    background('configuration', refreshConfig(env));
    return answer(request, { ...activeConfig(env), env, background, audit });
  },

  /**
   * Every minute: each region is told what it is configured to be, and is awake if it should be, also after a deploy
   * or when its alarm or an edit's message was lost.
   */
  scheduled: async (_event, env) => {
    await refreshConfig(env);
    const { config, version } = activeConfig(env);
    await Promise.all(
      config.regions.map(async (region) => {
        try {
          await regionStub(env, region).configure(region, version);
        } catch (error) {
          console.error(`region ${region.id} did not wake: ${messageOf(error)}`);
        }
      }),
    );
  },
} satisfies ExportedHandler<Env>;

async function writeAudit(env: Env, events: readonly AuditEvent[]): Promise<void> {
  await configStore(env)?.audit(events);
}
