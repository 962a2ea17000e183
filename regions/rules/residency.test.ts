import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileOf, region } from '../../test/support/data/sample-config.ts';
import { COUNTRIES, codeMeantBy, EU_COUNTRIES } from '../countries.ts';
import { describeProblem } from '../problems.ts';
import { type Validation, validateConfig } from '../validate.ts';

type Rules = Readonly<Record<string, readonly unknown[]>>;

const withRules = (residency: Rules): Validation => validateConfig(fileOf(region('weur', { residency })));

describe('a rule may name', () => {
  test.each([...COUNTRIES, 'EU', 'T1', 'XX'])('%s', (code) => {
    for (const rules of [{ allow: [code] }, { deny: [code] }]) expect(withRules(rules).ok).toBe(true);
  });
});

describe('a rule may not name', () => {
  test.each([
    ['UK', 'GB'],
    ['USA', 'US'],
    ['EL', 'GR'],
    ['ZZ', 'XX'],
    ['de', 'DE'],
    [' DE', 'DE'],
    ['t1', 'T1'],
    ['tor', 'T1'],
    ['Eu', 'EU'],
  ])('%s, and the message says %s', (code, meant) => {
    const result = withRules({ deny: ['DE', code] });
    expect(result).toMatchObject({
      ok: false,
      problems: [{ code: 'unknown-country', path: 'regions[0].residency.deny[1]', meant }],
    });
    const [problem] = result.ok ? [] : result.problems;
    expect(problem && describeProblem(problem)).toContain(
      `"${code}" is no country; did you mean "${meant}"?`,
    );
  });

  test.each(['AP', 'T2', 'QQ', 'AN', 'OC', 'EUR', '', 'DE,FR', 'D\u0395', 'x'.repeat(10_000)])(
    '%j, which resembles no other',
    (code) => {
      const result = withRules({ allow: [code] });
      expect(result).toMatchObject({ problems: [{ code: 'unknown-country' }] });
      const [problem] = result.ok ? [] : result.problems;
      expect(problem && describeProblem(problem)).not.toContain('did you mean');
      expect(problem && describeProblem(problem).length).toBeLessThan(300);
    },
  );

  test.each([7, null, ['DE'], { DE: true }])('%j, which is no text', (code) => {
    expect(withRules({ allow: [code] })).toMatchObject({
      problems: [{ code: 'wrong-type', path: 'regions[0].residency.allow[0]' }],
    });
  });

  test('what is suggested instead is always accepted', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 3 }), fc.stringMatching(/^[A-Z]{2,3}$/)), (text) => {
        const meant = codeMeantBy(text);
        fc.pre(meant !== undefined);
        expect(withRules({ allow: [meant] }).ok).toBe(true);
      }),
    );
  });
});

describe('a warning says of an entry that it matches nobody', () => {
  test.each(['BV', 'HM'])('since nobody lives in %s', (country) => {
    expect(withRules({ deny: ['DE', country] })).toMatchObject({
      ok: true,
      warnings: [{ code: 'uninhabited-country', path: 'regions[0].residency.deny[1]', country }],
    });
  });

  test('since it is denied as well, itself or with all of the European Union', () => {
    expect(withRules({ allow: ['GB', 'FR', 'T1'], deny: ['EU', 'T1'] })).toMatchObject({
      ok: true,
      warnings: [
        { code: 'allow-overruled', path: 'regions[0].residency.allow[1]', country: 'FR', by: 'EU' },
        { code: 'allow-overruled', path: 'regions[0].residency.allow[2]', country: 'T1', by: 'T1' },
      ],
    });
  });

  test('and not where only a part of it is denied', () => {
    expect(withRules({ allow: ['EU'], deny: ['FR'] })).toMatchObject({ ok: true, warnings: [] });
  });
});

test('the European Union has 27 members, all of them countries', () => {
  expect(EU_COUNTRIES.size).toBe(27);
  for (const country of EU_COUNTRIES) expect(COUNTRIES).toContain(country);
});
