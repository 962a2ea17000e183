// The wrangler that is pinned, itself, against what stands for Cloudflare's API: it takes the answers of the stand-in for Cloudflare's,
// and asks for the same as this project's own rollback.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { FakeAccount } from '../../test/support/fake-account.ts';
import { startFakeCloudflare } from '../../test/support/fake-cloudflare.ts';
import { DeployApi } from '../deploy-api.ts';

const WRANGLER = fileURLToPath(new URL('../../node_modules/wrangler/bin/wrangler.js', import.meta.url));
const WRANGLER_TIMEOUT_MS = 60_000;

const account = (changedSecrets: string[]): Partial<FakeAccount> => ({
  ...{ migration: 'rollouts-1', versions: ['v3', 'v2', 'v1'], changedSecrets },
});

async function wrangler(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'meridian-wrangler-'));
  try {
    await writeFile(join(cwd, 'wrangler.toml'), 'name = "meridian"\ncompatibility_date = "2026-11-01"\n');
    const { stdout } = await promisify(execFile)(process.execPath, [WRANGLER, ...args], {
      cwd,
      env: {
        ...env,
        HOME: cwd,
        CI: '1',
        NO_COLOR: '1',
        WRANGLER_SEND_METRICS: 'false',
        WRANGLER_HIDE_BANNER: 'true',
      },
    });
    return stdout;
  } finally {
    await rm(cwd, { recursive: true });
  }
}

test.each([
  ['nothing of the secrets has changed', []],
  ['secrets have changed', ['NATS_TOKEN', 'NATS_PASSWORD']],
] as const)('it goes back by the same call: %s', { timeout: WRANGLER_TIMEOUT_MS }, async (_what, secrets) => {
  await using theirs = await startFakeCloudflare(account([...secrets]));
  await using ours = await startFakeCloudflare(account([...secrets]));
  const said = await wrangler(['rollback', 'v1', '--message', 'why', '--yes'], theirs.env);
  for (const name of secrets) expect(said).toContain(`* ${name}`);
  const oldSecrets = secrets.length > 0;
  await new DeployApi(ours.env).serveVersion('meridian', 'v1', { message: 'why', oldSecrets });
  expect(ours.changes).toEqual(theirs.changes);
  // When objects take the new code wrangler sends with it, and the platform has a default for it.
  const { code_update_strategy: _when, ...body } = theirs.bodies.at(-1) as Record<string, unknown>;
  expect(ours.bodies.at(-1)).toEqual(body);
  expect(await new DeployApi(theirs.env).versions('meridian')).toEqual(['v1', 'v3', 'v2', 'v1']);
});

test('it lists the deployments that this project reads, in the same order', {
  timeout: WRANGLER_TIMEOUT_MS,
}, async () => {
  await using cloudflare = await startFakeCloudflare(account([]));
  const listed = JSON.parse(await wrangler(['deployments', 'list', '--json'], cloudflare.env)) as readonly {
    readonly created_on: string;
    readonly versions: readonly { readonly version_id: string }[];
  }[];
  const newestFirst = listed.toSorted((a, b) => b.created_on.localeCompare(a.created_on));
  expect(newestFirst.map(({ versions }) => versions[0]?.version_id)).toEqual(
    await new DeployApi(cloudflare.env).versions('meridian'),
  );
});
