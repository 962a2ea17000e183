import { expect, test } from 'vitest';
import type { MeshLink } from '../api/mesh.ts';
import { CONFIG, regionView } from '../test/support/fake-edge.ts';
import { waitFor } from '../waiting/wait-for.ts';
import { awaken } from './awaken.ts';

const config = {
  ...CONFIG,
  regions: CONFIG.regions
    .filter(({ id }) => id === 'weur' || id === 'oc')
    .map((region) => ({ ...region, keepAwake: true })),
};

/** A stack of two regions, whose second one comes up when the test says so. */
class SlowStack {
  readonly steps: string[] = [];
  slowIsUp = false;
  readonly api = {
    regions: async () => ({
      version: 0,
      regions: [
        regionView({ id: 'weur' }),
        regionView({
          id: 'oc',
          ...(this.slowIsUp ? {} : { state: 'starting' as const, problem: 'its image is pulled' }),
        }),
      ],
    }),
    mesh: async () => ({
      links: [
        {
          ...{ a: 'oc', b: 'weur', state: this.slowIsUp ? 'up' : 'asleep', since: null },
          ...{
            rttMs: null,
            bytes: null,
            remade: null,
            transport: null,
            compression: null,
            plainBecause: null,
          },
        } satisfies MeshLink,
      ],
    }),
  };
  readonly onProgress = (step: string) => void this.steps.push(step);

  said(step: string): Promise<boolean> {
    return waitFor(step, { timeoutMs: 10_000 }, () => this.steps.includes(step));
  }
}

test('a slow region does not hold back the word of the others, and is named while it is waited for', async () => {
  const stack = new SlowStack();
  // The cron trigger ends when the slowest region is up.
  const tick = () =>
    waitFor('the slow one', { timeoutMs: 10_000 }, () => stack.slowIsUp).then(() => undefined);
  const { signal } = new AbortController();
  const awake = awaken({ ...stack, tick, config, signal, remindAfterMs: 0 });
  await stack.said('region weur is up (nats-weur); waiting for oc');
  await stack.said('still waiting for oc (starting: its image is pulled), link oc - weur (asleep)');
  stack.slowIsUp = true;
  await awake;
  expect(stack.steps.filter((step) => !step.startsWith('still'))).toEqual([
    'region weur is up (nats-weur); waiting for oc',
    'region oc is up (nats-oc)',
    'link oc - weur is up',
  ]);
});

test('a cron trigger that fails ends the waiting with its error', async () => {
  const stack = new SlowStack();
  const tick = () => Promise.reject(new Error('no Worker'));
  const { signal } = new AbortController();
  await expect(awaken({ ...stack, tick, config, signal })).rejects.toThrow('no Worker');
});
