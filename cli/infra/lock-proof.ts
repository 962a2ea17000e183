// Whether a bucket can hold the lock: what OpenTofu does for it, done with objects of our own. A second writer has to get 412,
// also when several come at once. A bucket that ignores If-None-Match would let two applies write over each other.

import { randomUUID } from 'node:crypto';
import { fix, type InfraFinding, ok } from './finding.ts';
import type { BucketAnswer, StateBucket } from './state-bucket.ts';

/** Not below `history/`, where nothing can be deleted. */
const PREFIX = 'doctor/';

/** More of them would only wait: R2 takes one write a second of a key. */
const WRITERS = 3;

const encode = (text: string) => new TextEncoder().encode(text);

/** Leaves nothing in the bucket, unless the key may not delete. */
export async function proveLock(bucket: StateBucket): Promise<readonly InfraFinding[]> {
  const first = `${PREFIX}${randomUUID()}`;
  const raced = `${PREFIX}${randomUUID()}`;
  const written = await bucket.putNew(first, encode('first'));
  if (written.status !== 200) return [writeFinding(bucket, written)];
  const findings = [await secondWriter(bucket, first)];
  if (findings[0]?.state === 'ok') findings.push(await severalWriters(bucket, raced));
  const deleted = [await bucket.delete(first), await bucket.delete(raced)];
  const refusal = deleted.find(({ status }) => status !== 200 && status !== 204 && status !== 404);
  return [...findings, deleteFinding(bucket, refusal)];
}

async function secondWriter(bucket: StateBucket, key: string): Promise<InfraFinding> {
  const second = await bucket.putNew(key, encode('second'));
  const read = await bucket.get(key);
  const text = new TextDecoder().decode(read.body);
  if (read.status !== 200)
    return fix(
      'key_too_little',
      `the keys may write to ${bucket.name}, and not read it (${read.status})`,
      'give them Object Read & Write',
    );
  if (second.status === 412 && text === 'first')
    return ok('lock', `a second writer of ${bucket.name} gets 412`);
  return ignored(
    bucket,
    second.status === 200
      ? 'the second of two writers wrote over the first'
      : `a second writer got ${second.status}, not 412`,
  );
}

async function severalWriters(bucket: StateBucket, key: string): Promise<InfraFinding> {
  const writers = Array.from({ length: WRITERS }, (_, index) => bucket.putNew(key, encode(String(index))));
  const statuses = (await Promise.all(writers)).map(({ status }) => status).sort();
  const isOne = statuses[0] === 200 && statuses.slice(1).every((status) => status === 412);
  if (isOne) return ok('lock_race', `of ${WRITERS} writers at once, one wins`);
  return ignored(bucket, `${WRITERS} writers at once got ${statuses.join(', ')}, and only one may get 200`);
}

function ignored({ name }: StateBucket, what: string): InfraFinding {
  return fix(
    'lock_ignored',
    `${name} ignores If-None-Match: ${what}. Two applies at once would lose what one of them did`,
    'keep the state in R2, or in another store whose S3 API has conditional writes',
  );
}

function writeFinding({ name }: StateBucket, { status, code }: BucketAnswer): InfraFinding {
  const said = code === undefined ? String(status) : `${status} ${code}`;
  if (code === 'NoSuchBucket')
    return fix('no_bucket', `there is no bucket ${name}`, `npx wrangler r2 bucket create ${name}`);
  if (code === 'SignatureDoesNotMatch' || code === 'InvalidAccessKeyId' || status === 401)
    return fix(
      'key_wrong',
      `${name} does not know the keys (${said})`,
      'check R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY, and that the keys have not expired',
    );
  if (status === 403)
    return fix(
      'key_too_little',
      `the keys may not write to ${name} (${said})`,
      'make ones with Object Read & Write for this bucket, and check that they have not expired',
    );
  if (status === 501 || status === 400)
    return fix('lock_ignored', `${name} has no conditional writes (${said})`, 'keep the state in R2');
  return fix('bucket_failed', `${name} did not take a small object (${said})`, 'try again');
}

function deleteFinding({ name }: StateBucket, refusal: BucketAnswer | undefined): InfraFinding {
  if (refusal === undefined) return ok('key', `the keys may read, write and delete in ${name}`);
  return fix(
    'key_too_little',
    `the keys may not delete in ${name} (${refusal.status}): a lock that is taken would stay`,
    `give them Object Read & Write, and let no lock rule of the bucket be about more than history/`,
  );
}
