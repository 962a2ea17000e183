// The plan of a shared run: held against what the k6-operator takes, and against k6 itself.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ensureK6 } from '../../local/binaries/k6.ts';
import { bundleScript } from './bundle-script.ts';
import {
  type ConfigMap,
  commandsOf,
  configMapOf,
  manifestOf,
  type Plan,
  type TestRun,
  testRunOf,
} from './plan.ts';
import { planRun } from './plan-command.ts';
import { inspectScript } from './requirements.ts';
import { findScript } from './scripts.ts';

const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;

function exactly(properties: Readonly<Record<string, object>>, required: readonly string[]): object {
  return { type: 'object', additionalProperties: false, properties, required };
}

/** A name of Kubernetes: RFC 1123's label. */
const label = { type: 'string', pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' };

/** What the operator's resource `k6.io/v1alpha1` TestRun takes, as far as a plan uses it. */
const TEST_RUN = exactly(
  {
    apiVersion: { const: 'k6.io/v1alpha1' },
    kind: { const: 'TestRun' },
    metadata: exactly({ name: label }, ['name']),
    spec: exactly(
      {
        parallelism: { type: 'integer', minimum: 1 },
        script: exactly({ configMap: exactly({ name: label, file: text }, ['name']) }, []),
        arguments: text,
        args: texts,
        runner: exactly(
          {
            image: text,
            envFrom: {
              type: 'array',
              items: exactly(
                { secretRef: exactly({ name: label, optional: { type: 'boolean' } }, ['name']) },
                [],
              ),
            },
          },
          [],
        ),
      },
      ['parallelism', 'script'],
    ),
  },
  ['apiVersion', 'kind', 'metadata', 'spec'],
);

const isTestRun = new Ajv().compile(TEST_RUN);

const PLAN: Plan = {
  script: 'latency',
  bundle: 'export default () => {};\n',
  runners: 3,
  url: 'https://edge.example.com',
  profile: 'average',
  regions: ['weur', 'oc'],
  outputs: ['web-dashboard'],
  extra: ['SIZE=64'],
  k6Version: '2.2.0',
};

/** Both documents, as a cluster reads them. */
function read(manifest: string): readonly [ConfigMap, TestRun] {
  const [map, run] = parseAllDocuments(manifest).map((document) => document.toJSON());
  return [map as ConfigMap, run as TestRun];
}

describe('the manifest', () => {
  test.each([
    ['an ordinary one', PLAN],
    ['one with spaces and more', { ...PLAN, extra: ['SITE=two words', 'SIZE=\'$(A)"\n'] }],
    ['of a script of your own', { ...PLAN, script: 'My Own_script.v2' }],
    ['of a very long name', { ...PLAN, script: 'x'.repeat(200) }],
  ])('is what the operator takes: %s', (_what, plan) => {
    const [map, run] = read(manifestOf(plan));
    expect(isTestRun(run), JSON.stringify(isTestRun.errors)).toBe(true);
    const { name, file } = run.spec.script.configMap;
    expect(map).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data: { [file]: plan.bundle },
    });
    expect(file).toMatch(/^[\w.-]+$/);
  });

  test('would not be taken with a field that the operator does not know', () => {
    expect(isTestRun({ ...testRunOf(PLAN), spec: { ...testRunOf(PLAN).spec, parallelsim: 3 } })).toBe(false);
  });

  test('gives k6 the target, the profile, the variables and the outputs', () => {
    expect(testRunOf(PLAN).spec.arguments).toBe(
      '--no-usage-report --out web-dashboard -e URL=https://edge.example.com -e PROFILE=average -e RUNNERS=3 -e REGIONS=weur,oc -e SIZE=64',
    );
  });

  test('keeps what has a space as one, and what looks like a variable of Kubernetes as it is', () => {
    const { spec } = testRunOf({ ...PLAN, extra: ['SITE=two words', 'SIZE=$(A)'] });
    expect(spec.arguments).toBeUndefined();
    expect(spec.args?.slice(-4)).toEqual(['-e', 'SITE=two words', '-e', 'SIZE=$$(A)']);
  });

  test('holds no more than a ConfigMap may', () => {
    expect(() => configMapOf({ ...PLAN, bundle: 'x'.repeat(1_000_001) })).toThrow(
      'a ConfigMap holds 1000000',
    );
  });
});

test('there is a command for each runner, which shells read as it is meant', () => {
  const commands = commandsOf({ ...PLAN, runners: 2, extra: ["SITE=it's two"] });
  expect(commands).toContain(
    "npm run loadtest -- latency --url https://edge.example.com --profile average --regions weur,oc --out web-dashboard -e 'SITE=it'\\''s two' --runner 2/2 --site runner-2 --report runs/runner-2",
  );
  expect(commands).toContain(
    'k6 run --no-usage-report --execution-segment 1/2:1 --execution-segment-sequence 0,1/2,1',
  );
  expect(commands).toContain('merge runs/runner-1 runs/runner-2 --report runs/merged');
});

describe('with k6 itself', () => {
  let folder = '';
  let k6 = '';
  beforeAll(async () => {
    k6 = (await ensureK6()).path;
    folder = await mkdtemp(join(tmpdir(), 'meridian-test-'));
  }, 16 * 60_000);
  afterAll(() => rm(folder, { recursive: true }));

  const options = { profile: 'average', url: 'https://edge.example.com' };

  test('the script in the ConfigMap asks of k6 what the script itself does', async () => {
    const outDir = join(folder, 'plan');
    expect(await planRun('latency', { runners: 3, outDir }, { ...options, k6 })).toBe(0);
    expect((await readdir(outDir)).toSorted()).toEqual(['commands.txt', 'latency.js', 'testrun.yaml']);
    const [map] = read(await readFile(join(outDir, 'testrun.yaml'), 'utf8'));
    const { path } = await findScript('latency');
    expect(map.data['latency.js']).toBe(await bundleScript(path));
    expect(await inspectScript(k6, ['-e', 'PROFILE=average', join(outDir, 'latency.js')], {})).toEqual(
      await inspectScript(k6, ['-e', 'PROFILE=average', path], {}),
    );
    await expect(planRun('latency', { runners: 3, outDir }, { ...options, k6 })).rejects.toThrow(
      'holds a plan already',
    );
  });

  test('more runners than users are refused', async () => {
    await expect(planRun('latency', { runners: 1_000, dryRun: true }, { ...options, k6 })).rejects.toThrow(
      /has \d+ users with these settings, and 1000 runners/,
    );
  });

  test('a script whose users are as many as the runners can be shared by any number', async () => {
    expect(await planRun('fanout', { runners: 7, outDir: join(folder, 'fanout') }, { ...options, k6 })).toBe(
      0,
    );
  });

  test('a script that disturbs the target is not shared', async () => {
    await expect(planRun('failover', { runners: 2, dryRun: true }, { ...options, k6 })).rejects.toThrow(
      'failover is for one k6: it disturbs the target at given times',
    );
  });

  test('without the edge that is measured nothing is planned', async () => {
    await expect(planRun('latency', { runners: 2, dryRun: true }, { profile: 'smoke', k6 })).rejects.toThrow(
      'plan needs --url',
    );
  });
});
