// How the stream that a restore makes is configured.

import { expect, test } from 'vitest';
import { isBeingRestored, scratchTarget, type Target, targetOf } from './target.ts';

const CONSUMER = {
  name: 'worker',
  config: { durable_name: 'worker', num_replicas: 3, filter_subject: 'a.b' },
  delivered: { consumer: 0, stream: 0 },
  ackFloor: { consumer: 0, stream: 0 },
};
const BACKUP = {
  config: { name: 'A', subjects: ['a.*'], num_replicas: 3, metadata: { of: 'mine' }, max_age: 5 },
  consumers: [CONSUMER],
};

test('while it is filled a stream has one replica and is marked; then it is as it was', () => {
  const { filling, whole, replicas, consumers } = targetOf('A', BACKUP, {
    as: 'A',
    isDetached: false,
    mark: 'x',
  });
  expect(filling).toMatchObject({ num_replicas: 1, metadata: { of: 'mine' } });
  expect([isBeingRestored(filling), isBeingRestored(whole)]).toEqual([true, false]);
  expect(whole).toEqual(BACKUP.config);
  expect(replicas).toBe(3);
  expect(consumers[0]?.config).toMatchObject({ num_replicas: 0, filter_subject: 'a.b' });
});

test('consumers of a work queue are made once it has its replicas: servers that wait for them take 20 s', () => {
  const options = { as: 'A', isDetached: false, mark: 'x' };
  const queue = { ...BACKUP, config: { ...BACKUP.config, retention: 'workqueue' } };
  const names = ({ consumers, later }: Target) =>
    [consumers, later].map((each) => each.map(({ name }) => name));
  expect(names(targetOf('A', queue, options))).toEqual([[], ['worker']]);
  expect(names(targetOf('A', BACKUP, options))).toEqual([['worker'], []]);
  const single = { ...queue, config: { ...queue.config, num_replicas: 1 } };
  expect(names(targetOf('A', single, options))).toEqual([['worker'], []]);
});

test('while it is filled a stream takes nothing from its sources, and no subject that may be another one', () => {
  const sources = [{ name: 'B' }];
  const config = { name: 'A', sources };
  const { filling, whole } = targetOf(
    'A',
    { config, consumers: [] },
    { as: 'A', isDetached: false, mark: 'x' },
  );
  expect(filling).not.toHaveProperty('sources');
  expect(filling.subjects).toEqual(['meridian-restore.x']);
  expect(whole).toEqual(config);
  const both = { config: { ...config, subjects: ['a.*'] }, consumers: [] };
  expect(targetOf('A', both, { as: 'A', isDetached: false, mark: 'x' }).filling.subjects).toEqual(['a.*']);
});

test('a copy takes nothing over, and a detached one has no consumers', () => {
  const mirror = { ...BACKUP, config: { name: 'A', mirror: { name: 'B' } } };
  expect(targetOf('A', mirror, { as: 'C', isDetached: false, mark: 'x' }).whole).toEqual({ name: 'C' });
  const detached = targetOf('A', BACKUP, { as: 'C', isDetached: true, mark: 'x' });
  expect(detached.whole).toMatchObject({ name: 'C', subjects: ['C'] });
  expect(detached.consumers).toEqual([]);
});

test('in a scratch server nothing expires, and a mirror has no filters', () => {
  expect(scratchTarget('V', BACKUP).whole).not.toHaveProperty('max_age');
  expect(scratchTarget('V', BACKUP).consumers[0]?.config).toHaveProperty('filter_subject');
  const { subjects: _, ...config } = BACKUP.config;
  const mirror = scratchTarget('V', { ...BACKUP, config });
  expect(mirror.whole).toMatchObject({ subjects: ['V'], num_replicas: 1 });
  expect(mirror.consumers[0]?.config).not.toHaveProperty('filter_subject');
});
