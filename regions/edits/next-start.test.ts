import { expect, test } from 'vitest';
import type { Change } from './diff.ts';
import { nextStartNotes } from './next-start.ts';

const changeOf = (path: string): Change => ({ path, from: 1, to: 2, kind: 'steers' });

test('the router uses a hard limit at once, the server from its next start', () => {
  const [note] = nextStartNotes([changeOf('regions.weur.limits.maxConnections')]);
  expect(note).toMatchObject({ path: 'regions.weur.limits.maxConnections', code: 'next-start' });
  expect(note?.message).toMatch(
    /^the router and the region use it at once; nats-server of weur uses it from its next start/,
  );
});

test.each(['maxPayloadBytes', 'jetstreamMaxMemoryBytes', 'jetstreamMaxStoreBytes'])(
  'the server reads %s when it starts',
  (field) => {
    expect(nextStartNotes([changeOf(`regions.apac-ne.limits.${field}`)])).toMatchObject([
      { message: expect.stringMatching(/^nats-server of apac-ne uses it from its next start/) },
    ]);
  },
);

test.each(['regions.weur.limits.softConnections', 'regions.weur.weight', 'regions.weur', 'routing.bandMs'])(
  'the server has nothing to do with %s',
  (path) => {
    expect(nextStartNotes([changeOf(path)])).toEqual([]);
  },
);
