// `regions rollout start` where an answer is lost. All else is tried on the whole stack (test/failure/rollouts.test.ts).

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Answers, livingEdge } from '../test/support/fake-edge.ts';
import { runRegionsOn } from '../test/support/regions-command.ts';

const FILE = fileURLToPath(new URL('../rollouts/back-to-existing.json', import.meta.url));
const START = ['rollout', 'start', FILE, '--yes', '--json'];

const view = (id: number) => ({
  ...{ id, name: 'back-to-existing', description: '', state: 'running', why: null, author: 'token:admin' },
  ...{ base: 7, version: 7, step: -1, startAt: null, createdAt: 1, endedAt: null },
});
const whole = { every: '1m', minSamples: 20, failureLimit: 3, checks: [], events: [], steps: [] };
const rollout = (id: number) => ({ ...view(id), ...whole, stepEndsAt: null, checkedAt: null, verdicts: [] });

/** The rollout is started, or is not, and nobody hears of it. */
function losing(isStarted: boolean): Answers {
  let ids = [3];
  return {
    ...livingEdge(),
    'GET /api/rollouts': () => ({ body: { rollouts: ids.map((id) => ({ ...view(id), steps: 2 })) } }),
    'GET /api/rollouts/4': { body: rollout(4) },
    'POST /api/rollouts/dry-run': { body: rollout(0) },
    'POST /api/rollouts': () => {
      if (isStarted) ids = [4, 3];
      return { headers: { 'content-length': '5000' }, body: '{' };
    },
  };
}

test('a rollout whose start was not answered is found, so that it can be watched or aborted', async () => {
  const { code, out, err } = await runRegionsOn(losing(true), START);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(out)).toMatchObject({ id: 4 });
});

test('one that did not start is no other one of its name', async () => {
  expect(await runRegionsOn(losing(false), START)).toMatchObject({ code: 6 });
});
