import { expect, test } from 'vitest';
import { configOf, region } from '../test/support/data/sample-config.ts';
import { ownRegions } from './config.ts';
import { memberConfig, serverById, serverIdsOf, serverNumberOf } from './servers.ts';

const config = configOf([
  region('weur', { keepAwake: true, jetstream: false, members: { max: 3 } }),
  region('oc'),
]);

test('the servers that there may be, by id', () => {
  expect(serverIdsOf(config)).toEqual(['weur', 'weur-2', 'weur-3', 'oc']);
  expect(serverById('weur-3', config)).toMatchObject({ region: { id: 'weur' }, number: 3 });
  expect(serverById('oc', config)).toMatchObject({ region: { id: 'oc' }, number: 1 });
  for (const id of ['weur-1', 'weur-4', 'oc-2', 'moon']) expect(serverById(id, config)).toBeUndefined();
});

test.each([
  ['nats-weur', 1],
  ['nats-weur-2', 2],
  ['nats-weur-16', 16],
  ['nats-weur-1', 1],
  ['nats-weur-2x', 1],
  ['nats-oc-2', 1],
])('the object %s has server %i', (name, number) => {
  expect(serverNumberOf('weur', name)).toBe(number);
});

test('a member has what the region has, but for JetStream and members of its own', () => {
  const [weur] = ownRegions(config);
  if (weur === undefined) throw new Error('no region');
  const member = memberConfig({ ...weur, jetstream: true }, 2, false);
  expect(member).toMatchObject({ id: 'weur-2', jetstream: false, keepAwake: true, drain: false });
  expect(member.members).toBeUndefined();
  expect(memberConfig(weur, 2, true).drain).toBe(true);
  expect(memberConfig({ ...weur, drain: true }, 2, false).drain).toBe(true);
});
