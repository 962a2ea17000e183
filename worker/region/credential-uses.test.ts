import { expect, test } from 'vitest';
import { SILENT, together } from './credential-report.ts';
import { type AuthConnz, credentialUses, knownSince } from './credential-uses.ts';

const NOW = '2026-11-28T03:00:00Z';
const BEFORE = '2026-11-28T02:00:00Z';
const start = '2026-11-28T01:00:00Z';

const of = (connections: AuthConnz['connections'], total = connections.length): AuthConnz => {
  return { now: NOW, total, connections };
};

test('open connections count by user and by name; nats-server hides the token', () => {
  const connections = [
    { start, name: 'orders', authorized_user: '[REDACTED]' },
    { start, name: 'orders', authorized_user: '[REDACTED]' },
    { start, name: 'orders', authorized_user: 'meridian.2' },
    { start, authorized_user: 'meridian.2' },
    { start, mqtt_client: 'sensor', authorized_user: 'meridian.2' },
  ];
  const last = Date.parse(NOW);
  expect(credentialUses(of(connections), of([]))).toEqual([
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
  expect(credentialUses(of([]), of(closed))).toEqual([
    { user: 'old', client: 'nightly', connected: 0, last: Date.parse(BEFORE) },
  ]);
});

test('who signed in is known since the start, or since the last of those that were read or remembered', () => {
  const startedAt = Date.parse(start);
  const gone = { start, stop: BEFORE, authorized_user: 'old' };
  expect(knownSince(startedAt, of([]), of([gone]))).toBe(startedAt);
  expect(knownSince(startedAt, of([]), of([gone], 2))).toBe(Date.parse(BEFORE));
  const most = Array.from({ length: 10_000 }, () => gone);
  expect(knownSince(startedAt, of([]), of(most))).toBe(Date.parse(BEFORE));
  expect(knownSince(startedAt, of([{ start }], 2), of([]))).toBe(Date.parse(NOW));
});

test('servers of a region as one take what all of them take', () => {
  const report = (takes: readonly string[] | undefined, takesOther = false, knownSince = 1) => {
    return { taken: { takes, takesOther }, uses: [], knownSince };
  };
  const [both, one, unknown] = [report(['A', 'B']), report(['B'], true, 7), report(undefined)];
  expect(together(both, [one])).toEqual({
    taken: { takes: ['B'], takesOther: true },
    uses: [],
    knownSince: 7,
  });
  expect(together(both, [unknown])).toMatchObject({ taken: { takes: undefined } });
  // A member that does not answer may serve whom nobody knows.
  expect(together(both, [SILENT])).toMatchObject({ uses: undefined });
  const stopped = { taken: undefined, uses: [], knownSince: 3 };
  expect(together(stopped, [one])).toEqual({ ...one, knownSince: 7 });
  expect(together(stopped, [])).toEqual(stopped);
});
