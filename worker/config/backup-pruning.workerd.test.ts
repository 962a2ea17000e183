// What goes of the configuration's backup, and what stays, in R2 (miniflare's).

import { env } from 'cloudflare:workers';
import { beforeEach, expect, test } from 'vitest';
import '../../test/support/workerd/config-bindings.ts';
import { auditKey, versionKey } from './backup-format.ts';
import { pruneBackup } from './backup-pruning.ts';

const DAY_MS = 86_400_000;
/** As old as the objects are; the clock is ahead instead. */
const NOW = Date.now();
const OURS = '20261101T000000Z-aaaaaaaa';
const OTHERS = '20261001T000000Z-bbbbbbbb';

beforeEach(async () => {
  for (const { key } of (await env.BACKUPS.list()).objects) await env.BACKUPS.delete(key);
  for (const store of [OURS, OTHERS]) {
    for (const version of [1, 2, 3, 4, 5]) await env.BACKUPS.put(versionKey('c', store, version), '{}');
    for (const id of [1, 2]) await env.BACKUPS.put(auditKey('c', store, 'audit', [id, id]), '{}');
  }
});

test('versions that a restore has not taken for `keepDays` go, those of other stores never', async () => {
  const prune = (days: number) =>
    pruneBackup(env.BACKUPS, 'c', OURS, { versions: 2, keepDays: 30, now: NOW + days * DAY_MS });
  expect(await prune(29)).toBe(0);
  expect(await prune(31)).toBe(3);
  expect(await keysOf(OURS)).toEqual([
    auditKey('c', OURS, 'audit', [1, 1]),
    auditKey('c', OURS, 'audit', [2, 2]),
    versionKey('c', OURS, 4),
    versionKey('c', OURS, 5),
  ]);
  expect(await prune(9_999)).toBe(0);
  expect(await keysOf(OTHERS)).toHaveLength(7);
});

test('with few versions nothing goes, however old they are', async () => {
  const kept = { versions: 5, keepDays: 1, now: NOW + 9_999 * DAY_MS };
  expect(await pruneBackup(env.BACKUPS, 'c', OURS, kept)).toBe(0);
  expect(await keysOf(OURS)).toHaveLength(7);
});

async function keysOf(store: string): Promise<readonly string[]> {
  return (await env.BACKUPS.list({ prefix: `config/c/${store}/` })).objects.map(({ key }) => key);
}
