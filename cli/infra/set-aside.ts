// What is in the state's place and is no state, such as half of one: it is kept under another name, so that an earlier state can be
// restored in its place, and nothing is lost of which somebody may still read something.

import { createHash } from 'node:crypto';
import { STATE_KEY } from './settings.ts';
import type { StateBucket } from './state-bucket.ts';
import { readStateText } from './state-text.ts';

/** Not below `history/`, where only states are. */
const PREFIX = 'broken/';

/**
 * @returns where it is now; undefined if there was nothing to set aside
 * @throws CommandError if it cannot be kept; then it is where it was
 */
export async function setAside(bucket: StateBucket): Promise<string | undefined> {
  const bytes = await bucket.read(STATE_KEY);
  if (bytes === undefined || bytes.byteLength === 0) return undefined;
  if (readStateText(new TextDecoder().decode(bytes)) !== undefined) return undefined;
  const key = `${PREFIX}${createHash('sha256').update(bytes).digest('hex')}`;
  const kept = await bucket.putNew(key, bytes);
  if (kept.status !== 200 && kept.status !== 412) throw bucket.refused(kept);
  await bucket.delete(STATE_KEY);
  return key;
}
