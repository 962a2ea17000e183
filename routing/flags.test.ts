import { describe, expect, test } from 'vitest';
import { configOf, region } from '../test/support/data/sample-config.ts';
import { clientHashOf } from './client-hash.ts';
import { compileFlags, evaluateFlag, type FlagClient, isOn } from './flags.ts';

const NOBODY: FlagClient = { country: 'XX', inEu: false, colo: undefined, clientHash: 1, header: () => null };

function evaluate(flag: object, client: Partial<FlagClient> = {}) {
  const { flags } = configOf([region('weur')], { flags: { 'new-search': flag } });
  return evaluateFlag(compileFlags(flags), 'new-search', { ...NOBODY, ...client });
}

const clientOf = (n: number) => ({ clientHash: clientHashOf(`192.0.2.${n % 256}-${n}`, '') });
const CLIENTS = Array.from({ length: 10_000 }, (_, n) => clientOf(n));

function onFor(percent: number, name = 'new-search'): ReadonlySet<number> {
  const { flags } = configOf([region('weur')], { flags: { [name]: { on: true, percent } } });
  const compiled = compileFlags(flags);
  return new Set(
    CLIENTS.flatMap((client, n) =>
      evaluateFlag(compiled, name, { ...NOBODY, ...client })?.value ? [n] : [],
    ),
  );
}

describe('a flag', () => {
  test.each([
    ['that is off is off for all', { on: false, percent: 100 }, false, 'DISABLED'],
    ['without restrictions is on for all', { on: true }, true, 'STATIC'],
    ['of 100 percent is on', { on: true, percent: 100 }, true, 'SPLIT'],
    ['of 0 percent is not', { on: true, percent: 0 }, false, 'SPLIT'],
  ])('%s', (_what, flag, value, reason) => {
    expect(evaluate(flag)).toMatchObject({ value, reason });
  });

  const GERMAN = { country: 'DE', inEu: true };
  const withTier = (tier: string | null) => ({ header: (name: string) => (name === 'x-tier' ? tier : null) });

  test.each<[object, Partial<FlagClient>, boolean]>([
    [{ countries: ['DE'] }, GERMAN, true],
    [{ countries: ['EU'] }, GERMAN, true],
    [{ countries: ['FR'] }, GERMAN, false],
    [{ countries: ['EU'] }, { country: 'GB' }, false],
    [{ countries: ['XX'] }, {}, true],
    [{ colos: ['SYD'] }, { colo: 'SYD' }, true],
    [{ colos: ['SYD'] }, { colo: 'MEL' }, false],
    [{ colos: ['SYD'] }, {}, false],
    [{ header: 'x-tier' }, withTier(''), true],
    [{ header: 'x-tier' }, withTier(null), false],
    [{ header: 'x-tier', headerValues: ['gold'] }, withTier('gold'), true],
    [{ header: 'x-tier', headerValues: ['gold'] }, withTier('silver'), false],
    [{ countries: ['DE'], colos: ['SYD'] }, { ...GERMAN, colo: 'SYD' }, true],
    [{ countries: ['DE'], colos: ['SYD'] }, { ...GERMAN, colo: 'MEL' }, false],
  ])('for %j is on only for those', (restriction, client, value) => {
    expect(evaluate({ on: true, ...restriction }, client)).toMatchObject({
      value,
      reason: value ? 'TARGETING_MATCH' : 'DEFAULT',
    });
    expect(evaluate({ on: true, percent: 100, ...restriction }, client)).toMatchObject({
      value,
      reason: value ? 'SPLIT' : 'DEFAULT',
    });
  });

  test('does not tell what it is restricted to', () => {
    const restricted = { on: true, countries: ['FR'], header: 'x-tier', headerValues: ['gold-4711'] };
    expect(evaluate(restricted, GERMAN)?.why).not.toContain('FR');
    expect(evaluate(restricted, { country: 'FR', ...withTier('x') })?.why).not.toContain('gold');
  });

  test('that there is none of has no value', () => {
    expect(evaluateFlag(compileFlags({}), 'new-search', NOBODY)).toBeUndefined();
    expect(evaluateFlag(compileFlags({}), 'constructor', NOBODY)).toBeUndefined();
  });
});

describe('a percentage', () => {
  test('is that of the clients', () => {
    for (const percent of [1, 25, 50, 99]) {
      expect(Math.abs(onFor(percent).size / 100 - percent)).toBeLessThan(1.5);
    }
  });

  test('only adds clients when it is turned up', () => {
    const [few, more] = [onFor(10), onFor(30)];
    expect([...few].filter((n) => !more.has(n))).toEqual([]);
  });

  test('is drawn anew for each flag', () => {
    const [one, other] = [onFor(50, 'one'), onFor(50, 'other')];
    const both = [...one].filter((n) => other.has(n)).length;
    expect(Math.abs(both - 2_500)).toBeLessThan(200);
  });

  test('counts the addresses of one IPv6 network as one client', () => {
    expect(clientHashOf('2001:db8:1:2::7', '')).toBe(clientHashOf('2001:DB8:1:2:ffff::1', ''));
    expect(clientHashOf(undefined, 'SYD')).toBe(clientHashOf('SYD', 'MEL'));
  });
});

describe("a flag of Meridian's own", () => {
  const NAME = 'wait-for-busy-regions';
  const never = () => {
    throw new Error('the client does not matter');
  };

  test('is on as long as the configuration has none of its name, without looking at the client', () => {
    expect(isOn(compileFlags({}), NAME, never)).toBe(true);
    expect(evaluateFlag(compileFlags({}), NAME, NOBODY)).toMatchObject({ value: true, reason: 'DEFAULT' });
  });

  test('is what the configuration says of it', () => {
    const flagsOf = (flag: { on: boolean; countries?: string[] }) => compileFlags({ [NAME]: flag });
    expect(isOn(flagsOf({ on: false }), NAME, () => NOBODY)).toBe(false);
    expect(isOn(flagsOf({ on: true }), NAME, () => NOBODY)).toBe(true);
    expect(isOn(flagsOf({ on: true, countries: ['DE'] }), NAME, () => NOBODY)).toBe(false);
  });
});
