// A deployment is lost, but for its bucket of backups: the next one over the same bucket starts from the configuration,
// the history, the audit log and the tallies that were there.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stack } from '../../local/stack.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { startLoggedStack } from '../support/logged-stack.ts';
import { runRegions } from '../support/regions-command.ts';

/** The audit log is written once a minute, and tallies when the regions reconcile. */
const BACKED_UP = { timeoutMs: 110_000, pollMs: 250 };

/** Two stacks start, and a minute passes between. */
const TEST_MS = 240_000;

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-bucket-'));
});
afterAll(() => rm(folder, { recursive: true }));

const TWO = configOf(['enam', 'weur'], { enam: { jetstream: false }, weur: { jetstream: false } });
const CONFIG: MeridianConfig = { ...TWO, mesh: { ...TWO.mesh, reconcileSeconds: 5 } };

async function withStack(run: (stack: Stack) => Promise<void>): Promise<void> {
  const { stack } = await startLoggedStack(CONFIG, { storage: folder });
  try {
    await run(stack);
  } finally {
    await stack.close();
  }
}

/** Whether an object of the bucket holds this text. */
async function bucketHolds(text: string): Promise<boolean> {
  const files = await readdir(join(folder, 'r2'), { recursive: true, withFileTypes: true });
  for (const file of files.filter((each) => each.isFile())) {
    const content = await readFile(join(file.parentPath, file.name)).catch(() => Buffer.of());
    if (content.includes(text)) return true;
  }
  return false;
}

function weighing(config: MeridianConfig, weight: number): MeridianConfig {
  const regions = config.regions.map((each) => (each.id === 'weur' ? { ...each, weight } : each));
  return { ...config, regions };
}

test(
  'what a deployment leaves in its bucket is what the next one starts from',
  async () => {
    let store: string | null = null;
    await withStack(async ({ url, api }) => {
      {
        await using client = await connectFrom(url, cityOf('weur'));
        expect(client.region).toBe('weur');
      }
      for (const weight of [70, 80]) {
        const { version, config } = await api.config();
        await api.put({
          base: version,
          config: weighing(config as MeridianConfig, weight),
          message: `${weight}`,
        });
      }
      const state = await waitFor('the backup of the configuration', BACKED_UP, async () => {
        const found = await api.configBackup();
        return found.versionsBehind + found.entriesBehind === 0 && found;
      });
      expect(state).toMatchObject({ version: 2, problem: null, missed: { versions: 0, entries: 0 } });
      store = state.store;
      await waitFor('the tally of weur in the bucket', BACKED_UP, () =>
        bucketHolds('{"format":1,"region":"weur"'),
      );
    });
    // All of it is lost but the bucket.
    for (const name of await readdir(folder)) {
      if (name !== 'r2') await rm(join(folder, name), { recursive: true });
    }
    await withStack(async (stack) => {
      const { api } = stack;
      expect(await api.config()).toMatchObject({ version: 0, author: 'deploy' });
      expect(await api.configBackup()).toMatchObject({
        version: 0,
        earlier: { store, version: 2, message: '80' },
      });
      const { forecast } = await api.dryRun((await api.config()).config);
      expect(forecast).toMatchObject({ source: 'traffic' });
      expect(forecast.confidence).toContain('What weur counted is in part from the backup');
      const { code, out } = await runRegions(['backup', 'restore-config', '--yes'], { edge: stack });
      expect(code).toBe(0);
      expect(out).toContain('It becomes version 3.');
      const restored = await api.config();
      expect(restored).toMatchObject({ version: 3 });
      expect(restored.config.regions.find(({ id }) => id === 'weur')?.weight).toBe(80);
      expect((await api.history()).versions.map(({ version }) => version)).toEqual([3, 2, 1]);
      const actions = (await api.audit()).entries.map(({ action, to }) => `${action} ${to}`);
      expect(actions).toEqual(['restore-config 3', 'put 2', 'put 1']);
    });
  },
  TEST_MS,
);
