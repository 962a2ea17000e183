// What a region tells of the credentials of its clients: which its servers take, and who uses which. Crosses RPC.

import type { CredentialUse } from './credential-uses.ts';
import type { Taken } from './started-with.ts';

export interface CredentialReport {
  /** Of its servers that run; undefined if none does. */
  readonly taken: Taken | undefined;
  /** Undefined if one of its servers does not say. */
  readonly uses: readonly CredentialUse[] | undefined;
  /** Since when it is known who has signed in, ms since the epoch: nobody before is known. */
  readonly knownSince: number;
}

/** Of a server that does not answer. */
export const SILENT: CredentialReport = {
  taken: { takes: undefined, takesOther: false },
  uses: undefined,
  knownSince: Number.POSITIVE_INFINITY,
};

/** Of all servers of a region as one: what all that run take, and what anybody uses. */
export function together(first: CredentialReport, others: readonly CredentialReport[]): CredentialReport {
  return others.reduce(
    (all, each) => ({
      taken: takenByBoth(all.taken, each.taken),
      uses: all.uses && each.uses && [...all.uses, ...each.uses],
      knownSince: Math.max(all.knownSince, each.knownSince),
    }),
    first,
  );
}

function takenByBoth(one: Taken | undefined, other: Taken | undefined): Taken | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    takes: one.takes && other.takes && one.takes.filter((name) => other.takes?.includes(name)),
    takesOther: one.takesOther || other.takesOther,
  };
}
