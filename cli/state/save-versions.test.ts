// Saving the versions of an edge, while it is deployed, edited, and saved by others.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LiveConfig } from '../../api/config.ts';
import { FileState } from '../../state/file/file-state.ts';
import { CONFIG, INFO } from '../../test/support/fake-edge.ts';
import type { AdminClient } from '../admin-client.ts';
import { EXIT } from '../exit.ts';
import { saveVersions } from './save-versions.ts';

let folder = '';
let state: FileState;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-save-'));
  state = new FileState(pathToFileURL(folder));
});
afterEach(() => rm(folder, { recursive: true }));

const version = (number: number, of: Partial<LiveConfig> = {}): LiveConfig => ({
  ...INFO,
  ...{ version: number, message: `edit ${number}`, config: CONFIG },
  ...of,
});

/** What these versions look like after a deploy of another size of container. */
const deployed = (each: LiveConfig): LiveConfig => ({
  ...each,
  config: { ...CONFIG, defaultRegion: 'apac' },
});

/** An edge with these versions, oldest first; `before` is done when its newest one is asked for. */
function edgeWith(versions: readonly LiveConfig[], before: () => Promise<unknown> = async () => {}) {
  const client: Pick<AdminClient, 'config' | 'configOf' | 'history'> = {
    config: async () => {
      const latest = versions.at(-1);
      if (latest === undefined) throw new Error('an edge has a version');
      await before();
      return latest;
    },
    configOf: async (number) => versions.find((each) => each.version === number),
    history: async () => ({
      versions: versions.toReversed().map(({ config: _, ...info }) => ({ ...info, changes: 1 })),
      next: null,
    }),
  };
  return client as AdminClient;
}

const save = (client: AdminClient, dryRun = false) =>
  saveVersions(state, client, { dryRun, onVersion: () => {} });
const stored = async (key: string) =>
  JSON.parse(new TextDecoder().decode((await state.load(key))?.value)) as LiveConfig;

test('a deploy changes what versions look like: it is saved on, and none of them is replaced', async () => {
  await save(edgeWith([version(6), version(7)]));
  expect(await save(edgeWith([version(6), version(7)].map(deployed)))).toEqual({ latest: 7, versions: [] });
  expect(await stored('config/versions/7.json')).toEqual(version(7));
  expect(await stored('config/latest.json')).toEqual(deployed(version(7)));
  const next = [version(6), version(7), version(8)].map(deployed);
  expect(await save(edgeWith(next))).toEqual({ latest: 8, versions: [8] });
});

test('who was slow does not put the newest version back', async () => {
  await save(edgeWith([version(6)]));
  let isFirst = true;
  const slow = edgeWith([version(6), version(7)], async () => {
    if (!isFirst) return;
    isFirst = false;
    await save(edgeWith([version(6), version(7), version(8)]));
  });
  await expect(save(slow)).rejects.toMatchObject({ exitCode: EXIT.conflict });
  expect((await stored('config/latest.json')).version).toBe(8);
});

test('of those who save at the same moment all are done', async () => {
  const edge = () => edgeWith([version(6), version(7), version(8)]);
  await Promise.all(Array.from({ length: 4 }, () => save(edge())));
  expect(await state.list('')).toHaveLength(4);
});

test.each([
  ['an older edge', version(6)],
  ['another author', version(7, { author: 'mallory' })],
  ['another time', version(7, { time: '2026-11-24T00:00:00.000Z' })],
])('%s is another deployment', async (_what, other) => {
  await save(edgeWith([version(7)]));
  for (const dryRun of [false, true])
    await expect(save(edgeWith([other]), dryRun)).rejects.toMatchObject({
      exitCode: EXIT.conflict,
      message: expect.stringContaining('of another deployment'),
    });
  expect(await stored('config/latest.json')).toEqual(version(7));
});

test('a dry run stores nothing', async () => {
  expect(await save(edgeWith([version(7)]), true)).toEqual({ latest: 7, versions: [7] });
  expect(await state.list('')).toEqual([]);
});

test('what is no version is told, and stays', async () => {
  await writeFile(join(folder, 'config+latest.json'), '[]');
  await expect(save(edgeWith([version(7)]))).rejects.toThrow(/latest.json of .* is no version/);
  expect(await state.list('')).toEqual(['config/latest.json']);
});
