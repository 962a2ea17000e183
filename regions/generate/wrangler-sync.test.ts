import { parse } from 'smol-toml';
import { expect, test } from 'vitest';
import { defaultConfig } from '../../test/support/data/checked-in.ts';
import { fileOf, region } from '../../test/support/data/sample-config.ts';
import type { MeridianConfig } from '../config.ts';
import { validateConfig } from '../validate.ts';
import { readMigrations } from './migrations.ts';
import { syncWranglerToml, WranglerSyncError } from './wrangler-sync.ts';

const EMPTY = `name = "meridian" # mine

# >>> regions (generated)
# <<< regions

[vars]
A = "b"
`;

function configOf(...regions: unknown[]): MeridianConfig {
  const result = validateConfig(fileOf(...regions));
  if (!result.ok) throw new Error('The sample is not valid.');
  return result.config;
}

const ONE = configOf(region('weur'));
const TWO = configOf(region('weur'), region('apac-ne', { placement: ['OC', 'APAC'] }));

const SESSION_CONTAINER = {
  name: 'session-server',
  class_name: 'SessionServer',
  image: './container/Dockerfile',
  instance_type: 'lite',
  max_instances: 20,
  rollout_step_percentage: 100,
};

test('each region gets its binding, its container and its class', () => {
  expect(parse(syncWranglerToml(EMPTY, TWO).text)).toEqual({
    name: 'meridian',
    durable_objects: {
      bindings: [
        { name: 'REGION_WEUR', class_name: 'NatsWeur' },
        { name: 'REGION_APAC_NE', class_name: 'NatsApacNe' },
        { name: 'SESSION_SERVER', class_name: 'SessionServer' },
      ],
    },
    containers: [
      containerOf('nats-weur', 'NatsWeur', ['WEUR']),
      containerOf('nats-apac-ne', 'NatsApacNe', ['OC', 'APAC']),
      SESSION_CONTAINER,
    ],
    migrations: [{ tag: 'regions-1', new_sqlite_classes: ['NatsWeur', 'NatsApacNe'] }],
    vars: { A: 'b' },
  });
});

test('a region with members gets as many instances as there may be servers', () => {
  const config = configOf(region('weur', { keepAwake: true, members: { max: 5 } }));
  expect(parse(syncWranglerToml(EMPTY, config).text)).toMatchObject({
    containers: [{ max_instances: 5 }, {}],
  });
});

test('a custom instance type is written with the field names of wrangler', () => {
  const config = configOf(region('weur', { instanceType: { vcpu: 1, memoryMib: 3072, diskMb: 4000 } }));
  expect(parse(syncWranglerToml(EMPTY, config).text)).toMatchObject({
    containers: [{ instance_type: { vcpu: 1, memory_mib: 3072, disk_mb: 4000 } }, {}],
  });
});

test('sessions get one container of their size, and as many instances as there may be sessions', () => {
  const sessions = { ...ONE.sessions, most: 300, instanceType: 'basic' as const };
  const { containers } = parse(syncWranglerToml(EMPTY, { ...ONE, sessions }).text) as {
    containers: unknown[];
  };
  expect(containers.at(-1)).toEqual({ ...SESSION_CONTAINER, instance_type: 'basic', max_instances: 300 });
});

test('what a deploy has just started of JetStream, a second deploy leaves alone', () => {
  const { containers } = parse(syncWranglerToml(EMPTY, defaultConfig()).text) as {
    containers: Record<string, unknown>[];
  };
  expect(containers.map(({ name, rollout_active_grace_period: seconds }) => [name, seconds])).toEqual([
    ['nats-wnam', 900],
    ['nats-enam', 900],
    ['nats-weur', 900],
    ['nats-eeur', undefined],
    ['nats-apac', undefined],
    ['nats-oc', undefined],
    ['session-server', undefined],
  ]);
});

test('the text outside the markers is not changed', () => {
  const { text } = syncWranglerToml(EMPTY, TWO);
  expect(text.startsWith('name = "meridian" # mine\n\n# >>> regions (generated)\n')).toBe(true);
  expect(text.endsWith('# <<< regions\n\n[vars]\nA = "b"\n')).toBe(true);
});

test('a second sync changes nothing', () => {
  const { text } = syncWranglerToml(EMPTY, TWO);
  expect(syncWranglerToml(text, TWO)).toEqual({ text, added: undefined });
});

test('a new region gets a new migration, and the old ones stay unchanged', () => {
  const before = syncWranglerToml(EMPTY, ONE).text.replace('[[migrations]]', '[[migrations]] # the first');
  const { text, added } = syncWranglerToml(before, TWO);
  expect(added).toEqual({ tag: 'regions-2', created: ['NatsApacNe'], deleted: [] });
  expect(text).toContain('[[migrations]] # the first\ntag = "regions-1"');
  expect(readMigrations(parse(text))).toMatchObject([
    { tag: 'regions-1', new_sqlite_classes: ['NatsWeur'] },
    { tag: 'regions-2', new_sqlite_classes: ['NatsApacNe'] },
  ]);
});

test('the class of a removed region is deleted, and created again when the region is back', () => {
  const gone = syncWranglerToml(syncWranglerToml(EMPTY, TWO).text, ONE);
  expect(gone.added).toEqual({ tag: 'regions-2', created: [], deleted: ['NatsApacNe'] });
  expect(syncWranglerToml(gone.text, TWO).added).toEqual({
    tag: 'regions-3',
    created: ['NatsApacNe'],
    deleted: [],
  });
});

test('a disabled region keeps its class, and so what its object stores', () => {
  const { text } = syncWranglerToml(EMPTY, TWO);
  const disabled = configOf(region('weur'), region('apac-ne', { placement: ['OC', 'APAC'], enabled: false }));
  expect(syncWranglerToml(text, disabled)).toEqual({ text, added: undefined });
});

test('migrations of other classes are kept, and these classes are never deleted', () => {
  const other = '[[migrations]]\ntag = "config-1"\nnew_sqlite_classes = ["ConfigStore"]\n';
  const before = syncWranglerToml(EMPTY, ONE).text.replace('# <<<', `\n${other}# <<<`);
  expect(syncWranglerToml(before, ONE).added).toBeUndefined();
  expect(readMigrations(parse(syncWranglerToml(before, TWO).text)).map(({ tag }) => tag)).toEqual([
    'regions-1',
    'config-1',
    'regions-2',
  ]);
});

test.each([
  ['[[migrations]]\ntag = "v1"\n', 'before the markers', (toml: string, extra: string) => extra + toml],
  ['[[migrations]]\ntag = "v1"\n', 'after the markers', (toml: string, extra: string) => toml + extra],
])('a migration outside is refused %#', (extra, _where, place) => {
  expect(() => syncWranglerToml(place(EMPTY, extra), ONE)).toThrow(/Move them between the markers/);
});

test.each([
  ['no markers', 'name = "x"\n'],
  ['no end', '# >>> regions\n'],
  ['two beginnings', `# >>> regions\n${EMPTY}`],
  ['markers the wrong way round', '# <<< regions\n# >>> regions\n'],
  ['broken TOML outside', EMPTY.replace('"meridian"', '')],
  ['a migration without a tag', EMPTY.replace('# <<<', '[[migrations]]\nnew_classes = ["A"]\n# <<<')],
])('%s is refused with a message', (_name, toml) => {
  expect(() => syncWranglerToml(toml, ONE)).toThrow(WranglerSyncError);
});

function containerOf(name: string, className: string, regions: string[]): object {
  return {
    name,
    class_name: className,
    image: './container/Dockerfile',
    instance_type: 'basic',
    max_instances: 1,
    rollout_step_percentage: 100,
    constraints: { regions },
  };
}
