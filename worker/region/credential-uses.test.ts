import { expect, test } from 'vitest';
import { together } from './credential-report.ts';
import { credentialUses } from './credential-uses.ts';

const NOW = '2026-11-28T03:00:00Z';
const BEFORE = '2026-11-28T02:00:00Z';
const start = '2026-11-28T01:00:00Z';

test('open connections count by user and by name; nats-server hides the token', () => {
  const connections = [
    { start, name: 'orders', authorized_user: '[REDACTED]' },
    { start, name: 'orders', authorized_user: '[REDACTED]' },
    { start, name: 'orders', authorized_user: 'meridian.2' },
    { start, authorized_user: 'meridian.2' },
    { start, mqtt_client: 'sensor', authorized_user: 'meridian.2' },
  ];
  const last = Date.parse(NOW);
  expect(credentialUses({ now: NOW, connections }, { now: NOW, connections: [] })).toEqual([
    { user: undefined, client: 'orders', connected: 2, last },
    { user: 'meridian.2', client: 'orders', connected: 1, last },
    { user: 'meridian.2', client: '(no name)', connected: 1, last },
    { user: 'meridian.2', client: 'sensor', connected: 1, last },
  ]);
});

test('who has gone used it until then; who was never let in, a leaf node, and Meridian itself did not', () => {
  const gone = { start, stop: BEFORE, authorized_user: 'old' };
  const closed = [
    { ...gone, name: 'nightly', reason: 'Client Closed', kind: 'Client' },
    { ...gone, name: 'guesser', reason: 'Authentication Failure', kind: 'Client' },
    { ...gone, name: 'leaf', reason: 'Client Closed', kind: 'Leafnode' },
    { ...gone, name: 'meridian', reason: 'Client Closed', kind: 'Client' },
    { start, stop: BEFORE, reason: 'Client Closed', kind: 'Client' },
  ];
  expect(credentialUses({ now: NOW, connections: [] }, { now: NOW, connections: closed })).toEqual([
    { user: 'old', client: 'nightly', connected: 0, last: Date.parse(BEFORE) },
  ]);
});

test('servers of a region as one take what all of them take', () => {
  const of = (takes: readonly string[] | undefined, takesOther = false) => ({ takes, takesOther, uses: [] });
  expect(together([])).toBeUndefined();
  expect(together([of(['A', 'B']), of(['B'], true)])).toEqual({ takes: ['B'], takesOther: true, uses: [] });
  expect(together([of(['A']), of(undefined)])).toMatchObject({ takes: undefined });
  expect(together([of(['A']), { ...of(['A']), uses: undefined }])).toMatchObject({ uses: undefined });
});
