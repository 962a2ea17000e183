// The container engine of the project `containers`, and the stack on it that the contract suite shares.

import type { TestProject } from 'vitest/node';
import { withTeardown } from '../../local/teardown.ts';
import { chooseEngine } from './engine/choose-engine.ts';
import { startTestEngine, type TestEngine } from './engine/test-engine.ts';
import { startSharedStack } from './shared-stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Undefined in projects without a real engine. */
    readonly testEngine: TestEngine | undefined;
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const chosen = await chooseEngine(console.error);
  if (chosen.kind === 'none') throw new Error(`there is no container engine for these tests:\n${chosen.why}`);
  // What a failed setup leaves running would keep vitest from ending.
  const { testEngine, target, close } = await withTeardown(async (undo) => {
    const { close: closeEngine, ...engine } = await startTestEngine(chosen, console.error);
    undo.defer(closeEngine);
    const stack = await startSharedStack({ realEngine: realEngineOf(engine) });
    undo.defer(stack.close);
    return { testEngine: engine, target: stack.target };
  });
  provide('testEngine', testEngine);
  provide('target', target);
  return close;
}

function realEngineOf({ socket, image }: TestEngine) {
  return { engine: `unix://${socket}`, image };
}
