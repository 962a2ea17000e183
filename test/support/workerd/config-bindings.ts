// The bindings of the configuration, for tests inside workerd; vitest.workerd.config.ts has them.

import type { ConfigStore } from '../../../worker/config/config-store.ts';

declare global {
  namespace Cloudflare {
    interface Env {
      readonly CONFIG_STORE: DurableObjectNamespace<ConfigStore>;
      readonly CONFIG: KVNamespace;
      readonly BACKUPS: R2Bucket;
    }
  }
}
