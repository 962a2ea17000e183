// A local stack for one test file, whose log is printed when a test fails. In the project `containers` its regions are
// real containers.

import { afterAll, afterEach, beforeAll, beforeEach, inject } from 'vitest';
import type { RealEngineOptions } from '../../local/real-engine.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { type LoggedStack, type LoggedStackOptions, startLoggedStack } from './logged-stack.ts';

/**
 * A stack that lives as long as the test file that calls this, at its top level. If its only test is tried again, that is on a new one:
 * what the first try has left would fail the second.
 */
export function useStack(config?: MeridianConfig, options?: LoggedStackOptions): LoggedStack {
  let running: LoggedStack | undefined;
  const start = async () => {
    running = await startLoggedStack(config, { realEngine: realEngine(), ...options });
  };
  beforeAll(start);
  beforeEach(async ({ task }) => {
    const isAgain = (task.result?.retryCount ?? 0) > 0;
    if (!isAgain || task.file.tasks.length > 1 || task.file.tasks[0] !== task) return;
    await running?.stack.close();
    await start();
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

/** The engine of this project of tests; undefined for processes of this machine. */
export function realEngine(): RealEngineOptions | undefined {
  const engine = inject('testEngine');
  return engine && { engine: `unix://${engine.socket}`, image: engine.image };
}
