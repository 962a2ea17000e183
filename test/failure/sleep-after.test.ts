// The time after which a region sleeps is edited while its server runs: it counts from the edit on.

import { expect, test } from 'vitest';
import { connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { regionIs } from '../support/mesh-state.ts';

/** It is looked at with each `mesh.reconcileSeconds`, and a look that finds it just used counts anew. */
const ASLEEP_WITHIN_MS = 60_000;

/** What is shown is asked once a second. */
const SHOWN_WITHIN_MS = 5_000;

const running = useStack(
  configOf(['eeur', 'oc'], {
    eeur: { jetstream: false },
    oc: { keepAwake: false, jetstream: false, sleepAfter: '24h' },
  }),
);

test(
  'a region that was to sleep tomorrow sleeps seconds after its time is edited',
  async () => {
    const { stack } = running;
    const sydney = await connectFrom(stack.url, cityOf('oc'));
    expect(sydney.region).toBe('oc');
    await sydney.close();
    await regionIs(stack, 'oc', 'up', SHOWN_WITHIN_MS);

    const { version, config } = await stack.api.config();
    const regions = config.regions.map((each) => (each.id === 'oc' ? { ...each, sleepAfter: '10s' } : each));
    await stack.api.put({ base: version, config: { ...config, regions }, message: 'sleep soon' });
    await regionIs(stack, 'oc', 'asleep', ASLEEP_WITHIN_MS);
  },
  2 * ASLEEP_WITHIN_MS,
);
