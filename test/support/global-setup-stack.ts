// Starts the local stack that the contract suite shares, unless MERIDIAN_URL names a deployment.

import type { TestProject } from 'vitest/node';
import { startLoggedStack } from './logged-stack.ts';
import { monitorOf } from './monitor.ts';
import type { Target } from './target.ts';

export default async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  const deployed = process.env.MERIDIAN_URL;
  if (deployed) {
    provide('target', {
      url: deployed.replace(/\/+$/, ''),
      monitors: undefined,
      adminToken: undefined,
    } satisfies Target);
    return undefined;
  }
  const { stack } = await startLoggedStack();
  const monitors: Record<string, string> = {};
  for (const { id } of stack.config.regions) monitors[id] = await monitorOf(stack.engine, id);
  provide('target', { url: stack.url, monitors, adminToken: stack.adminToken });
  return stack.close;
}
