// Whether the keys may do more than they have to: they are for one bucket, and whoever finds them should find no other.

import { randomUUID } from 'node:crypto';
import { fix, type InfraFinding, note, ok } from './finding.ts';
import type { StateBucket } from './state-bucket.ts';

const REFUSED: ReadonlySet<number> = new Set([401, 403]);

const FIX =
  'make keys for this bucket only (Object Read & Write, applied to one bucket), as infra/tokens.tf does';

export async function keyPrivilege(bucket: StateBucket): Promise<readonly InfraFinding[]> {
  // R2 refuses a key of another bucket whether there is such a bucket or not, and says 404 to one that may see all.
  const [all, other] = await Promise.all([bucket.buckets(), bucket.look(`nobodys-${randomUUID()}`)]);
  const findings: InfraFinding[] = [];
  if (all.status === 200)
    findings.push(fix('key_too_much', 'the keys may list all buckets of the account', FIX));
  if (other.status === 200 || other.code === 'NoSuchBucket')
    findings.push(fix('key_too_much', `the keys reach other buckets than ${bucket.name}`, FIX));
  if (findings.length > 0) return findings;
  if (REFUSED.has(all.status) && REFUSED.has(other.status))
    return [ok('key_narrow', `the keys reach no other bucket than ${bucket.name}`)];
  return [
    note(
      'key_unknown',
      `whether the keys reach other buckets could not be found out (${all.status}, ${other.status})`,
    ),
  ];
}
