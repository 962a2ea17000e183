// What somebody who looks may see: by a token, by a sign-in with Cloudflare Access, or as anyone.

import type { LiveLevel, LiveRefusal } from '../../api/live.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { accessJwtOf } from '../admin/access-jwt.ts';
import { authorize } from '../admin/authorize.ts';
import { bearerTokenOf } from '../admin/bearer-token.ts';
import type { AdminEnv } from '../env.ts';

const HIDDEN: LiveRefusal = {
  kind: 'refused',
  code: 'regions_hidden',
  message: 'this Meridian shows its regions only to those who sign in',
};

/** @param request only its headers count */
export async function levelOf(
  request: Request,
  env: AdminEnv,
  config: MeridianConfig,
): Promise<LiveLevel | LiveRefusal> {
  if (bearerTokenOf(request) === undefined && accessJwtOf(request) === undefined) {
    return config.admin.regionsShownTo === 'readers' ? HIDDEN : 'public';
  }
  const access = await authorize(request, env, config, 'read');
  if (!access.ok) return { kind: 'refused', code: 'unauthorized', message: access.message };
  return access.mayWrite ? 'admin' : 'reader';
}
