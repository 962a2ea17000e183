// What a region tells of the credentials of its clients: which its servers take, and who uses which. Crosses RPC.

import type { CredentialUse } from './credential-uses.ts';
import type { Taken } from './started-with.ts';

export interface CredentialReport extends Taken {
  /** Undefined if the server does not answer. */
  readonly uses: readonly CredentialUse[] | undefined;
}

/** Of all servers of a region as one: what all of them take, and what anybody uses. Undefined for none. */
export function together(reports: readonly CredentialReport[]): CredentialReport | undefined {
  const [first, ...others] = reports;
  if (first === undefined) return undefined;
  return others.reduce(
    (all, each) => ({
      takes: all.takes && each.takes && all.takes.filter((name) => each.takes?.includes(name)),
      takesOther: all.takesOther || each.takesOther,
      uses: all.uses && each.uses && [...all.uses, ...each.uses],
    }),
    first,
  );
}
