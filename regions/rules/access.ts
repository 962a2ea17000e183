// A sign-in with Cloudflare Access is checked against a team and an audience. With only one of the two, a sign-in of any
// team, or to any application, would be accepted; so one without the other is refused, not treated as neither.

import type { Problem } from '../problems.ts';
import type { ConfigDraft } from './draft.ts';

/** Reports a team domain without an audience, and the other way round. */
export function checkAccess({ admin }: ConfigDraft): Problem[] {
  if (admin === undefined) return [];
  const hasTeam = admin.accessTeamDomain !== undefined;
  const hasAudience = admin.accessAudience !== undefined;
  if (hasTeam === hasAudience) return [];
  const [given, missing] = hasTeam
    ? ['accessTeamDomain', 'accessAudience']
    : ['accessAudience', 'accessTeamDomain'];
  return [{ code: 'access-incomplete', path: 'admin', given, missing }];
}
