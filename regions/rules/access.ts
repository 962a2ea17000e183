// A sign-in with Cloudflare Access is checked against a team and an audience. With one of the two alone, the sign-in
// of any team, or to any application, would do; so half of it is refused and not taken for none.

import type { Problem } from '../problems.ts';
import type { ConfigDraft } from './draft.ts';

/** A team domain without an audience, and the other way round. */
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
