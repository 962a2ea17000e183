import { expect, test } from 'vitest';
import { planOf } from '../../test/support/data/checked-in.ts';
import { residencyRuleOf } from './residency-rule.ts';

const [REGION] = planOf().config.regions;
if (REGION === undefined) throw new Error('regions.json has no region');

const DENIES = { ...REGION, residency: { deny: ['DE'] } };
const ALLOWS = { ...REGION, residency: { allow: ['EU'] } };

test.each([
  ['no rule', REGION, { country: 'DE' }, undefined],
  ['one who is not meant', DENIES, { country: 'FR' }, undefined],
  ['one who is denied', DENIES, { country: 'DE' }, 'deny DE'],
  ['one who is allowed', ALLOWS, { country: 'DE' }, undefined],
  ['one who is allowed by being in the EU', ALLOWS, { isEUCountry: '1' }, undefined],
  ['one who is not allowed', ALLOWS, { country: 'US' }, 'EU'],
  ['one of whom nothing is known', ALLOWS, {}, 'EU'],
  ['a rule that is switched off', { ...ALLOWS, off: ['residency' as const] }, { country: 'US' }, undefined],
] as const)('%s', (_, region, place, rule) => {
  const refusal = residencyRuleOf(region)(() => place);
  if (rule === undefined) expect(refusal).toBeUndefined();
  else expect(refusal).toMatchObject({ code: 'residency', reason: expect.stringContaining(rule) });
});
