// All that `doctor` looks at, and `apply` before it does anything: the bucket, the keys, the token, and whether somebody
// holds the state.

import { CommandError, EXIT } from '../exit.ts';
import { findingText, fix, type InfraFinding, note, ok } from './finding.ts';
import { keyPrivilege } from './key-privilege.ts';
import { proveLock } from './lock-proof.ts';
import { LOCK_KEY, lockWords, readLockText } from './lock-text.ts';
import { STATE_KEY } from './settings.ts';
import type { StateBucket } from './state-bucket.ts';
import { readStateText } from './state-text.ts';

/** What has to be right before anything is applied. */
export async function bucketFindings(bucket: StateBucket): Promise<readonly InfraFinding[]> {
  const proof = await proveLock(bucket);
  const isReached = !proof.some(({ code }) => ['no_bucket', 'key_wrong', 'bucket_failed'].includes(code));
  return isReached ? [...proof, ...(await keyPrivilege(bucket))] : proof;
}

/** The state, and who holds it. */
export async function stateFindings(bucket: StateBucket, now: number): Promise<readonly InfraFinding[]> {
  const [state, lock] = await Promise.all([bucket.read(STATE_KEY), bucket.read(LOCK_KEY)]);
  return [stateFinding(bucket, state), ...(lock === undefined ? [] : [lockFinding(bucket, lock, now)])];
}

function stateFinding({ name }: StateBucket, bytes: Uint8Array | undefined): InfraFinding {
  if (bytes === undefined) return note('no_state', `there is no state in ${name} yet`);
  const facts = readStateText(new TextDecoder().decode(bytes));
  if (facts === undefined)
    return fix(
      'state_broken',
      `${STATE_KEY} in ${name} is no state`,
      'npm run infra -- history, then restore',
    );
  const text = `state ${facts.serial} of ${facts.lineage} is in ${name}`;
  if (facts.encrypted) return ok('state', `${text}, encrypted`);
  return note(
    'state_plain',
    `${text}, and not encrypted: the values of tokens can be read in it`,
    'Terraform wrote it. With OpenTofu: npm run infra -- migrate --to local, then --to r2',
  );
}

function lockFinding({ name }: StateBucket, bytes: Uint8Array, now: number): InfraFinding {
  const lock = readLockText(new TextDecoder().decode(bytes));
  if (lock === undefined)
    return fix(
      'lock_broken',
      `${LOCK_KEY} is there, and no lock of OpenTofu's`,
      `find out who wrote it, then npx wrangler r2 object delete ${name}/${LOCK_KEY} --remote`,
    );
  return note('locked', lockWords(lock, now));
}

/** @throws CommandError with all that has to be put in order first */
export function checkFindings(findings: readonly InfraFinding[], what: string): void {
  const wrong = findings.filter(({ state }) => state === 'fix');
  if (wrong.length === 0) return;
  throw new CommandError(
    EXIT.refused,
    `${what}, since this has to be put in order first:\n${wrong.map(findingText).join('\n')}`,
    { details: { code: 'not_safe', findings: wrong } },
  );
}
