import { expect, test } from 'vitest';
import { defaultConfig } from '../../test/support/data/checked-in.ts';
import { measures, settleSeconds } from './one-machine.ts';

const config = defaultConfig();
const with_ = (routing: Partial<typeof config.routing>) => ({
  ...config,
  routing: { ...config.routing, ...routing },
});

test('on Cloudflare the configuration decides', () => {
  expect([true, false].map((measure) => measures({}, with_({ measure })))).toEqual([true, false]);
  expect([0, 60].map((drainSettleSeconds) => settleSeconds({}, with_({ drainSettleSeconds })))).toEqual([
    0, 60,
  ]);
});

test('on one machine nothing is measured, and a drain settles at once', () => {
  const here = { MERIDIAN_ONE_MACHINE: 'true' };
  expect([true, false].map((measure) => measures(here, with_({ measure })))).toEqual([false, false]);
  expect([0, 60].map((drainSettleSeconds) => settleSeconds(here, with_({ drainSettleSeconds })))).toEqual([
    0, 1,
  ]);
});
