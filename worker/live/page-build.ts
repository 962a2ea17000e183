// Names the page that is deployed: one that was loaded from another deployment should be loaded again.

import type { Env } from '../env.ts';

const HEX = 16;
const BYTES = 6;

/** `none` where there is no page. */
export async function pageBuild({ ASSETS }: Pick<Env, 'ASSETS'>): Promise<string> {
  const page = await ASSETS?.fetch('https://assets.invalid/');
  if (!page?.ok) return 'none';
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await page.arrayBuffer()));
  return [...hash.slice(0, BYTES)].map((byte) => byte.toString(HEX).padStart(2, '0')).join('');
}
