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

  test.each([
    ['disabled', { enabled: false }],
    ['drained', { drain: true }],
    ['dialled to 0', { dial: 0 }],
    ['allowed to serve nobody', { residency: { allow: ['FR', 'T1'], deny: ['EU', 'T1'] } }],
  ])('when the last region that serves anybody is %s, and not when that is forced', (_how, fields) => {
    for (const other of [{ drain: true }, { dial: 0 }, { residency: { allow: ['XX'], deny: ['XX'] } }]) {
      const last = withRegion(withRegion(config, 'weur', other), 'enam', fields);
      const valid = { ...last, defaultRegion: 'weur' };
      expect(judge(valid)).toEqual({ kind: 'last_region' });
      expect(judge(valid, { force: true }).kind).toBe('ok');
    }
  });

  test.each([
    ['a dial of 1', { dial: 1 }],
    ['a rule for one country', { residency: { allow: ['TV'] } }],
    ['a rule for clients of unknown countries', { residency: { allow: ['XX'] } }],
    ['a low limit', { limits: { maxConnections: 1, maxPayloadBytes: 1 } }],
    ['a dial of 0 that is switched off', { dial: 0, off: ['dial'] }],
  ])('but not for %s in the last region', (_what, fields) => {
    expect(judge(withRegion(withRegion(config, 'weur', { drain: true }), 'enam', fields)).kind).toBe('ok');
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

describe('a JetStream region', () => {
  const three = configOf(
    ['weur', 'enam', 'wnam'].map((id) => region(id, { jetstream: true, keepAwake: true })),
  );
  const standing = { version: 3, config: three, deployed: three };
  const proposed = (next: unknown, more: { force?: boolean; mayLeave?: readonly string[] } = {}) =>
    checkEdit(standing, { base: 3, config: next, force: false, ...more });

  test.each([{ drain: true }, { enabled: false }])(
    'leaves service by %j only if the Keeper says so',
    (change) => {
      const next = withRegion(three, 'enam', change);
      const valid = { ...next, defaultRegion: 'weur' };
      if ('enabled' in change) return expect(proposed(valid, { force: true }).kind).toBe('invalid');
      expect(proposed(valid)).toEqual({ kind: 'leaves', regions: ['enam'] });
      expect(proposed(valid, { mayLeave: ['weur'] }).kind).toBe('leaves');
      expect(proposed(valid, { mayLeave: ['enam'] }).kind).toBe('ok');
      expect(proposed(valid, { force: true }).kind).toBe('ok');
    },
  );

  test('does not leave service while another is out of it, unless that is forced', () => {
    const next = withRegion(withRegion(three, 'weur', { drain: true }), 'enam', { drain: true });
    const mayLeave = ['weur', 'enam'];
    expect(proposed(next, { mayLeave })).toMatchObject({
      kind: 'jetstream_behind',
      reason: expect.stringMatching(/weur and enam/),
    });
    expect(proposed(next, { force: true }).kind).toBe('ok');
  });

  test('comes back without anybody being asked', () => {
    const drained = withRegion(three, 'weur', { drain: true });
    const verdict = checkEdit({ ...standing, config: drained }, { base: 3, config: three, force: false });
    expect(verdict.kind).toBe('ok');
  });
});
