import { describe, expect, test } from 'vitest';
import { configOf, region, withRegion } from '../../test/support/data/sample-config.ts';
import { checkEdit } from './edit-rules.ts';

const deployed = configOf([region('weur'), region('enam')]);
const config = withRegion(deployed, 'weur', { weight: 50 });
const current = { version: 3, config, deployed };

const judge = (proposed: unknown, { base = 3, force = false } = {}) =>
  checkEdit(current, { base, config: proposed, force });

describe('an edit of routing settings', () => {
  test('is accepted, with its changes to the current version', () => {
    const next = withRegion(config, 'weur', { weight: 60 });
    expect(judge(next)).toEqual({
      kind: 'ok',
      config: next,
      changes: [{ path: 'regions.weur.weight', from: 50, to: 60, kind: 'steers' }],
    });
  });

  test('may drain every region but one', () => {
    expect(judge(withRegion(config, 'weur', { drain: true })).kind).toBe('ok');
  });
});

describe('an edit is refused', () => {
  test('when it is not valid, with every problem', () => {
    const verdict = judge({ regions: [region('weur', { weight: 'much' }), region('enam', { dail: 5 })] });
    expect(verdict).toMatchObject({
      kind: 'invalid',
      problems: [{ path: 'regions[0].weight' }, { code: 'unknown-key', nearest: 'dial' }],
    });
  });

  test.each([undefined, null, 3, 'text', [], {}, { regions: 3 }])('when it is %j', (value) => {
    expect(judge(value).kind).toBe('invalid');
  });

  test.each([0, 2, 4])('when it was made from version %d and not from 3', (base) => {
    expect(judge(config, { base }).kind).toBe('conflict');
  });

  test('when it changes platform settings', () => {
    const more = configOf([region('weur', { instanceType: 'lite' }), region('enam'), region('apac')]);
    expect(judge(more)).toMatchObject({
      kind: 'needs_deploy',
      changes: [{ path: 'regions.weur.instanceType' }, { path: 'regions.apac' }],
    });
  });

  test('when no region would take new clients, and not when that is forced', () => {
    const drained = withRegion(withRegion(config, 'weur', { drain: true }), 'enam', { enabled: false });
    const valid = { ...drained, defaultRegion: 'weur' };
    expect(judge(valid)).toEqual({ kind: 'last_region' });
    expect(judge(valid, { force: true }).kind).toBe('ok');
  });

  test('for its platform settings, even when it is forced', () => {
    const one = configOf([region('weur')]);
    expect(judge(one, { force: true })).toMatchObject({
      kind: 'needs_deploy',
      changes: [{ path: 'regions.enam' }],
    });
  });
});

test('platform settings are compared with what is deployed, not with what was stored before the deploy', () => {
  const later = configOf([region('weur', { instanceType: 'lite' }), region('enam')]);
  const proposed = withRegion(later, 'weur', { weight: 60 });
  const standing = { version: 3, config: withRegion(later, 'weur', { weight: 50 }), deployed: later };
  expect(checkEdit(standing, { base: 3, config: proposed, force: false })).toMatchObject({
    kind: 'ok',
    changes: [{ path: 'regions.weur.weight' }],
  });
  expect(checkEdit(standing, { base: 3, config, force: false })).toMatchObject({
    kind: 'needs_deploy',
    changes: [{ path: 'regions.weur.instanceType', from: 'lite' }],
  });
});
