// One local stack for a whole suite of tests, as what they run against.

import { withTeardown } from '../../local/teardown.ts';
import { ownRegions } from '../../regions/config.ts';
import { type LoggedStackOptions, startLoggedStack } from './logged-stack.ts';
import { monitorOf } from './monitor.ts';
import type { Target } from './target.ts';
import { readTargetRegions } from './target-regions.ts';

export interface SharedStack {
  readonly target: Target;
  readonly close: () => Promise<void>;
}

export function startSharedStack(options: LoggedStackOptions = {}): Promise<SharedStack> {
  return withTeardown(async (undo) => {
    const { stack } = await startLoggedStack(undefined, options);
    undo.defer(stack.close);
    const monitors: Record<string, string> = {};
    for (const { id, keepAwake } of ownRegions(stack.config))
      if (keepAwake) monitors[id] = await monitorOf(stack.engine, id);
    const { url, adminToken } = stack;
    return { target: { url, monitors, adminToken, regions: await readTargetRegions(url, undefined) } };
  });
}
