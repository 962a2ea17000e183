// Starts the local stack that the contract suite shares, unless MERIDIAN_URL names a deployment.

import type { TestProject } from 'vitest/node';
import { startSharedStack } from './shared-stack.ts';
import type { Target } from './target.ts';
import { readTargetRegions } from './target-regions.ts';
import { checkSignIn } from './target-sign-in.ts';

/** Without a slash at its end. */
function addressOf(named: string): string {
  const scheme = URL.parse(named)?.protocol;
  if (scheme !== 'https:' && scheme !== 'http:')
    throw new Error(
      `MERIDIAN_URL is ${JSON.stringify(named)}, and no address: https://nats.example.com is one`,
    );
  return named.replace(/\/+$/, '');
}

export default async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  const deployed = process.env.MERIDIAN_URL;
  if (deployed) {
    const url = addressOf(deployed);
    const readToken = process.env.MERIDIAN_TOKEN || undefined;
    provide('target', {
      ...{ url, monitors: undefined, adminToken: undefined, readToken },
      regions: await readTargetRegions(url, readToken),
    } satisfies Target);
    await checkSignIn(url);
    return undefined;
  }
  const { target, close } = await startSharedStack();
  provide('target', target);
  return close;
}
