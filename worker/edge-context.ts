// What a handler gets besides its request: the bindings, the configuration, and a way to continue after the answer.

import type { ActiveConfig } from './config/active-config.ts';
import type { AuditEvent } from './config/audit-table.ts';
import type { Env } from './env.ts';

export interface EdgeContext extends ActiveConfig {
  readonly env: Env;
  /** Writes entries of the audit log, in the background. */
  readonly audit: (...events: readonly AuditEvent[]) => void;
  /** Work that continues after the answer; anything it throws is reported in one place. */
  readonly background: (name: string, work: Promise<unknown>) => void;
}
