import { expect, test } from 'vitest';
import type { LiveLevel } from '../../api/live.ts';
import { MOST_OF_A_NETWORK, MOST_PUBLIC, MOST_VIEWERS, noRoom } from './room.ts';

const at = (address: string, level?: LiveLevel, hasSaid = true) => ({
  address,
  hasSaid,
  ...(level !== undefined && { allowed: { level } }),
});
const each = (count: number, level?: LiveLevel) =>
  Array.from({ length: count }, (_, n) => at(`198.51.${n >> 8}.${n & 255}`, level));
const newcomer = at('203.0.113.1', 'public');

test('the last places are for those with a token, or who may have one', () => {
  expect(noRoom(each(MOST_PUBLIC - 1, 'public'), newcomer)).toBeUndefined();
  const full = each(MOST_PUBLIC, 'public');
  expect(noRoom(full, newcomer)).toMatchObject({ kind: 'refused', code: 'too_many' });
  expect(noRoom(full, at('203.0.113.1', 'public', false))).toBeUndefined();
  for (const level of ['reader', 'admin'] as const)
    expect(noRoom(full, at('203.0.113.1', level))).toBeUndefined();
});

test('those with a token take no places of the public', () => {
  expect(noRoom([...each(MOST_PUBLIC - 1, 'public'), ...each(40, 'reader')], newcomer)).toBeUndefined();
});

test('when all places are taken, an admin finds none either', () => {
  expect(noRoom(each(MOST_VIEWERS, 'admin'), at('203.0.113.1', 'admin'))?.message).toContain('200 look');
});

test.each([
  ['one address', (_n: number) => '192.0.2.1'],
  ['one /64', (n: number) => `2001:db8:1:2::${n.toString(16)}`],
])('%s does not take the places of others', (_, address) => {
  const many = Array.from({ length: MOST_OF_A_NETWORK }, (_each, n) => at(address(n), 'public', n % 2 === 0));
  expect(noRoom(many, at(address(999), 'public', false))?.message).toContain('of your network');
  expect(noRoom(many, newcomer)).toBeUndefined();
  expect(noRoom(many, at(address(999), 'reader'))).toBeUndefined();
});
