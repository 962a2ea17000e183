import { expect, test } from 'vitest';
import { awsEgress } from './aws-egress.ts';

test.each([
  ['what is included', 100, 0],
  ['a gigabyte more', 101, 0.09],
  ['all of the first 10 TB', 10_340, 921.6],
  ['28 TB: 10 at 0.09 and 18 at 0.085', 100 + 28 * 1_024, 921.6 + 18 * 1_024 * 0.085],
  ['all of the 40 TB after it', 51_300, 921.6 + 3_481.6],
  ['all of the 100 TB after those', 153_700, 921.6 + 3_481.6 + 7_168],
  ['2,849 TB', 2_848_752, 11_571.2 + (2_848_752 - 153_700) * 0.05],
])('%s', (_what, gb, dollars) => {
  expect(awsEgress(gb)).toBeCloseTo(dollars, 6);
});

test('2,849 TB cost about $146,300, and not the $256,000 of one price', () => {
  expect(awsEgress(2_848_752) / 146_300).toBeCloseTo(1, 2);
});
