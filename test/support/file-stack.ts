// A local stack for one test file, whose log is printed when a test fails.

import { afterAll, afterEach, beforeAll } from 'vitest';
import type { MeridianConfig } from '../../regions/config.ts';
import { type LoggedStack, type LoggedStackOptions, startLoggedStack } from './logged-stack.ts';

/** A stack that lives as long as the test file that calls this, at its top level. */
export function useStack(config?: MeridianConfig, options?: LoggedStackOptions): LoggedStack {
  let running: LoggedStack | undefined;
  beforeAll(async () => {
    running = await startLoggedStack(config, options);
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.error(`the stack's log:\n${running?.log.join('\n')}`);
  });
  afterAll(() => running?.stack.close());
  const current = () => {
    if (running === undefined) throw new Error('the stack is there once the tests run');
    return running;
  };
  return {
    get stack() {
      return current().stack;
    },
    get log() {
      return current().log;
    },
  };
}
