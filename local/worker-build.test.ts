// What the local stack runs when its configuration is not the checked-in one.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import checkedIn from '../regions/regions.json' with { type: 'json' };
import { validateConfig } from '../regions/validate.ts';
import { buildWorker } from './worker-build.ts';

test('a region that is not in the checked-in configuration gets its class, and the rest of the Worker stays', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meridian-build-'));
  try {
    const [first, ...others] = checkedIn.regions;
    const result = validateConfig({ ...checkedIn, regions: [...others, { ...first, id: 'elsewhere' }] });
    if (!result.ok) expect.fail(JSON.stringify(result.problems));
    const { objects, script } = await buildWorker(folder, result.config);
    expect(objects).toContainEqual({
      binding: 'REGION_ELSEWHERE',
      className: 'NatsElsewhere',
      hasContainer: true,
      limits: { vcpu: 0.5, memoryMib: 4096 },
    });
    expect(objects.map(({ className }) => className)).toContain('ConfigStore');
    for (const { className } of objects) expect(script).toMatch(new RegExp(`\\b${className}\\b`));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
