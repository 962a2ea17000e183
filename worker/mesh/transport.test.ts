import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PROVEN_LINK_MS, TransportChoice } from './transport.ts';

test('the first choice is connect(), and what is set alone is all that there is', () => {
  expect(new TransportChoice('auto').current).toBe('connect');
  for (const setting of ['connect', 'rpc'] as const) {
    const choice = new TransportChoice(setting);
    expect(choice.failed()).toBe(false);
    choice.ended(0);
    expect(choice.current).toBe(setting);
  }
});

test('the other one is worth trying at once, the first again is not', () => {
  const choice = new TransportChoice('auto');
  expect([choice.failed(), choice.current]).toEqual([true, 'rpc']);
  expect([choice.failed(), choice.current]).toEqual([false, 'connect']);
  expect([choice.failed(), choice.current]).toEqual([false, 'rpc']);
});

test('a link that was up for long proves its transport, one that was not does not', () => {
  const choice = new TransportChoice('auto');
  choice.failed();
  choice.ended(PROVEN_LINK_MS);
  expect(choice.current).toBe('rpc');
  choice.ended(PROVEN_LINK_MS - 1);
  expect(choice.current).toBe('connect');
});

test('once it has been proven, the other one is worth trying at once again', () => {
  const choice = new TransportChoice('auto');
  choice.failed();
  choice.ended(PROVEN_LINK_MS);
  expect(choice.failed()).toBe(true);
});

test('whatever has happened, what is forgotten begins anew', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1, max: 2 * PROVEN_LINK_MS })), (events) => {
      const choice = new TransportChoice('auto');
      for (const event of events) {
        if (event < 0) choice.failed();
        else choice.ended(event);
      }
      choice.forget();
      expect([choice.current, choice.failed(), choice.current]).toEqual(['connect', true, 'rpc']);
    }),
  );
});

test('two failures in a row are never over the same transport', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), (failures) => {
      const choice = new TransportChoice('auto');
      for (let n = 0; n < failures; n += 1) {
        const before = choice.current;
        choice.failed();
        expect(choice.current).not.toBe(before);
      }
    }),
  );
});
