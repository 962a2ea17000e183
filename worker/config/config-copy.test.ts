import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { configOf, region, withRegion } from '../../test/support/data/sample-config.ts';
import { ConfigCopy, type ConfigSource } from './config-copy.ts';

const deployed = configOf([region('weur'), region('enam')]);
const weightOf = (copy: ConfigCopy) => copy.active.config.regions[0]?.weight;
const published = (version: unknown, weight: unknown = version) =>
  JSON.stringify({ version, config: withRegion(deployed, 'weur', { weight }) });

const warn = vi.spyOn(console, 'warn');
beforeEach(() => void warn.mockImplementation(() => undefined));
afterEach(() => void warn.mockReset());

class Source implements ConfigSource {
  reads = 0;
  content: string | null | Error = null;

  async get(): Promise<string | null> {
    this.reads += 1;
    if (this.content instanceof Error) throw this.content;
    return this.content;
  }
}

test('the deployed configuration is version 0', () => {
  const { active } = new ConfigCopy(deployed);
  expect(active).toMatchObject({ version: 0, config: deployed });
  expect(active.plan.version).toBe(0);
});

test('a version in KV is adopted, compiled', async () => {
  const [copy, source] = [new ConfigCopy(deployed), new Source()];
  await copy.refresh(source, 0);
  expect(copy.active.version).toBe(0);
  source.content = published(7);
  await copy.refresh(source, 1_000);
  expect(copy.active.version).toBe(7);
  expect(copy.active.plan).toMatchObject({ version: 7, regions: [{ config: { weight: 7 } }, {}] });
  expect(warn).not.toHaveBeenCalled();
});

test('KV is read once a second at most', async () => {
  const [copy, source] = [new ConfigCopy(deployed), new Source()];
  for (const now of [0, 1, 999]) await copy.refresh(source, now);
  expect(source.reads).toBe(1);
  await copy.refresh(source, 1_000);
  expect(source.reads).toBe(2);
});

test('an older version is ignored', async () => {
  const [copy, source] = [new ConfigCopy(deployed), new Source()];
  copy.adopt({ version: 5, config: withRegion(deployed, 'weur', { weight: 5 }) });
  source.content = published(4);
  await copy.refresh(source, 0);
  expect([copy.active.version, weightOf(copy)]).toEqual([5, 5]);
});

test.each([
  ['truncated JSON', published(9).slice(0, 90)],
  ['a string', '"text"'],
  ['null', 'null'],
  ['no version', JSON.stringify({ config: deployed })],
  ['a version that is not a number', published('9', 9)],
  ['a configuration that is not valid', published(9, -1)],
  ['nothing at all', ''],
])('with %s in KV the last valid version is kept, with one warning', async (_name, content) => {
  const [copy, source] = [new ConfigCopy(deployed), new Source()];
  copy.adopt({ version: 5, config: withRegion(deployed, 'weur', { weight: 5 }) });
  source.content = content;
  await copy.refresh(source, 0);
  await copy.refresh(source, 1_000);
  expect([copy.active.version, weightOf(copy)]).toEqual([5, 5]);
  expect(warn).toHaveBeenCalledOnce();
  expect(warn.mock.lastCall?.[0]).toContain('keeping version 5');
});

test('when KV is down the last valid version is kept, and the next one is found when KV is back', async () => {
  const [copy, source] = [new ConfigCopy(deployed), new Source()];
  source.content = new Error('KV is down');
  await copy.refresh(source, 0);
  expect(copy.active.version).toBe(0);
  expect(warn.mock.lastCall?.[0]).toContain('KV is down');
  source.content = published(1);
  await copy.refresh(source, 1_000);
  expect(copy.active.version).toBe(1);
});

test('a version of another deployment is merged onto this one', async () => {
  const copy = new ConfigCopy(configOf([region('weur'), region('apac')]));
  copy.adopt({ version: 2, config: withRegion(deployed, 'weur', { weight: 2 }) });
  expect(copy.active.config.regions.map(({ id, weight }) => [id, weight])).toEqual([
    ['weur', 2],
    ['apac', 100],
  ]);
});
