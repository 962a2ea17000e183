// One local stack for a whole suite of tests, as what they run against.

import { withTeardown } from '../../local/teardown.ts';
import { type LoggedStackOptions, startLoggedStack } from './logged-stack.ts';
import { monitorOf } from './monitor.ts';
import type { Target } from './target.ts';

export interface SharedStack {
  readonly target: Target;
  readonly close: () => Promise<void>;
}

export function startSharedStack(options: LoggedStackOptions = {}): Promise<SharedStack> {
  return withTeardown(async (undo) => {
    const { stack } = await startLoggedStack(undefined, options);
    undo.defer(stack.close);
    const monitors: Record<string, string> = {};
    for (const { id } of stack.config.regions) monitors[id] = await monitorOf(stack.engine, id);
    return { target: { url: stack.url, monitors, adminToken: stack.adminToken } };
  });
}
