import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientCountryOf } from './client-country.ts';

test.each([
  [{ country: 'FR' }, { country: 'FR', inEu: true }],
  [{ country: 'GB' }, { country: 'GB', inEu: false }],
  [
    { country: 'GB', isEUCountry: '1' },
    { country: 'GB', inEu: true },
  ],
  [{ country: 'T1' }, { country: 'T1', inEu: false }],
  [{ country: 'XX' }, { country: 'XX', inEu: false }],
  [{ isEUCountry: '1' }, { country: 'XX', inEu: true }],
  [{ isEUCountry: true }, { country: 'XX', inEu: false }],
  [{ country: 'fr' }, { country: 'XX', inEu: false }],
  [{ country: 'T2' }, { country: 'XX', inEu: false }],
  [{}, { country: 'XX', inEu: false }],
  [null, { country: 'XX', inEu: false }],
  ['FR', { country: 'XX', inEu: false }],
])('%j is %j', (cf, expected) => {
  expect(clientCountryOf(cf)).toEqual(expected);
});

test('whatever it is asked, the country is of the form of a code', () => {
  const cf = fc.oneof(fc.anything(), fc.record({ country: fc.anything(), isEUCountry: fc.anything() }));
  fc.assert(
    fc.property(cf, (value) => {
      expect(clientCountryOf(value).country).toMatch(/^([A-Z]{2}|T1)$/);
    }),
  );
});
