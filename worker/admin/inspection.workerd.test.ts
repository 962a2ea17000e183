// What the handler makes of a collector inside workerd, whose regions' objects are faked.

import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import * as v from 'valibot';
import { expect, test, vi } from 'vitest';
import { type CheckResult, InspectionSchema } from '../../api/inspection.ts';
import { bindingNameOf } from '../../regions/names.ts';
import { stream, up } from '../../test/support/data/sample-snapshot.ts';
import { activeConfig } from '../config/active-config.ts';
import type { EdgeContext } from '../edge-context.ts';
import { inspection } from './metrics-read.ts';

const COLLECTOR = 'metrics';

test('one region answers with streams, and of the others nothing is known', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  const stub = env.METRICS.getByName(COLLECTOR);
  const { metrics } = up([stream('a "b"')]);
  await runInDurableObject(stub, (instance) => {
    const region = { metrics: async () => metrics };
    Object.assign(Reflect.get(instance, 'env') as object, {
      [bindingNameOf('weur')]: { getByName: () => region },
    });
  });
  const edge = { ...activeConfig(env as never), env } as unknown as EdgeContext;
  const response = await inspection(new Request('https://edge/api/inspection'), edge);
  expect(response.status).toBe(200);
  const { checks } = v.parse(InspectionSchema, await response.json());
  const found = (code: string) => checks.find((check: CheckResult) => check.code === code)?.findings ?? [];
  expect(
    found('MERIDIAN_001')
      .map(({ outcome, region }) => `${outcome} ${region}`)
      .sort(),
  ).toEqual(['apac', 'eeur', 'enam', 'oc', 'wnam'].map((region) => `unknown ${region}`));
  expect(found('SERVER_007')).toContainEqual(expect.objectContaining({ outcome: 'warn', region: 'weur' }));
  expect(found('JETSTREAM_001').map(({ what }) => what)).toContain('4 of its streams are not read');
});
