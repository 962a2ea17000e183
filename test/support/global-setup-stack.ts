// Starts the local stack that the contract suite shares, unless MERIDIAN_URL names a deployment.

import type { TestProject } from 'vitest/node';
import { startSharedStack } from './shared-stack.ts';
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
  const { target, close } = await startSharedStack();
  provide('target', target);
  return close;
}
