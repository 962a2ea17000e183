// The deployment that MERIDIAN_URL names, as the contract suite runs against it, looked at before any test: that it is one, which
// regions it has, and that clients get in.

import type { Target } from './target.ts';
import { readTargetRegions } from './target-regions.ts';
import { checkSignIn } from './target-sign-in.ts';

/** @returns undefined if none is named. @throws Error that says what is wrong with it, and the likely fix */
export async function findDeployment(): Promise<Target | undefined> {
  const { MERIDIAN_URL: named, MERIDIAN_TOKEN } = process.env;
  if (!named) return undefined;
  const url = addressOf(named);
  const readToken = MERIDIAN_TOKEN || undefined;
  const regions = await readTargetRegions(url, readToken);
  await checkSignIn(url);
  return { url, monitors: undefined, adminToken: undefined, readToken, regions };
}

/** Without a slash at its end. */
function addressOf(named: string): string {
  const scheme = URL.parse(named)?.protocol;
  if (scheme !== 'https:' && scheme !== 'http:')
    throw new Error(
      `MERIDIAN_URL is ${JSON.stringify(named)}, and no address: https://nats.example.com is one`,
    );
  return named.replace(/\/+$/, '');
}
