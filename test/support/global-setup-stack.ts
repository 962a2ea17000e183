// Starts the local stack that the contract suite shares, unless MERIDIAN_URL names a deployment.

import type { TestProject } from 'vitest/node';
import { findDeployment } from './deployment.ts';
import { startSharedStack } from './shared-stack.ts';

export default async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  const deployment = await findDeployment();
  if (deployment !== undefined) {
    provide('target', deployment);
    return undefined;
  }
  const { target, close } = await startSharedStack();
  provide('target', target);
  return close;
}
