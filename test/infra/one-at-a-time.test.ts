// One apply at a time, on OpenTofu itself and a bucket of R2: others are refused while it runs, and what it leaves when it is
// killed or interrupted can be put in order. The resource of these applies waits for a file.

import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { InfraFolder } from '../support/infra-folder.ts';
import { processesBelow } from '../support/process-tree.ts';
import { type S3Bucket, startS3Bucket } from '../support/s3-bucket.ts';

const STATE = 'meridian.tfstate';
const LOCK = `${STATE}.tflock`;
const WAIT = { timeoutMs: 90_000 };

let s3: S3Bucket;
beforeAll(async () => {
  s3 = await startS3Bucket();
}, 60_000);
beforeEach(() => s3.reset());
afterAll(() => s3[Symbol.asyncDispose]());

const RESOURCE = (name: string) => `resource "terraform_data" "${name}" {\n  input = "${name}"\n}\n`;

/** Says that it has begun, and ends when it may. */
const SLOW = `${RESOURCE('before')}
resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = "touch begun; while [ ! -e go ]; do sleep 0.1; done"
  }
}
`;

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
const resourcesOf = async (folder: InfraFolder) =>
  (await folder.run(['tofu', '--', 'state', 'list'])).out.split('\n').filter(Boolean);

/** Its apply is under way, and holds the state. */
async function startSlow(folder: InfraFolder) {
  await folder.write(SLOW);
  const running = folder.start(['apply', '--yes']);
  await waitFor('the resource begins', WAIT, () => isThere(join(folder.path, 'begun')));
  return { ...running, letGo: () => writeFile(join(folder.path, 'go'), '') };
}

async function applied(name: string): Promise<InfraFolder> {
  const folder = await InfraFolder.create(s3, RESOURCE(name));
  expect(await folder.run(['init'])).toMatchObject({ code: 0 });
  expect(await folder.run(['apply', '--yes'])).toMatchObject({ code: 0 });
  return folder;
}

test('of applies at once one wins: the others are refused with who holds the state, and nothing of theirs is in it', async () => {
  await using mine = await applied('before');
  await using theirs = await InfraFolder.create(s3, RESOURCE('theirs'));
  expect(await theirs.run(['init'])).toMatchObject({ code: 0 });
  const slow = await startSlow(mine);
  const losers = await Promise.all([
    theirs.run(['apply', '--yes']),
    theirs.run(['apply', '--yes', '--json']),
  ]);
  for (const loser of losers) {
    expect(loser.code).toBe(3);
    expect(loser.err).toContain('somebody else holds the state');
  }
  expect(JSON.parse(losers[1].out).error).toMatchObject({ code: 'locked' });
  expect((await theirs.run(['doctor'])).out).toMatch(
    /note {2}\S+@\S+ holds the state since .*force-unlock [0-9a-f-]{36}/,
  );
  await slow.letGo();
  expect(await slow.ended).toMatchObject({ code: 0 });
  expect(await resourcesOf(mine)).toEqual(['terraform_data.before', 'terraform_data.slow']);
  expect(s3.asked).toContain(`PUT ${LOCK} 412`);
  expect(await s3.keys()).not.toContain(LOCK);
});

test('after kill -9 in an apply the lock is shown and taken away, what was in the state is there, and the next apply ends it', async () => {
  await using folder = await applied('before');
  const before = await s3.read(STATE);
  const slow = await startSlow(folder);
  const tofu = (await processesBelow(slow.pid)).find(
    ({ command }) => command.includes('apply') && command.includes('-chdir'),
  );
  if (tofu === undefined) throw new Error('no OpenTofu runs');
  process.kill(tofu.pid, 'SIGKILL');
  // The command of the resource outlives it.
  await slow.letGo();
  const killed = await slow.ended;
  expect(killed).toMatchObject({
    code: 1,
    err: expect.stringContaining('it was killed, and may have left its lock'),
  });
  expect(await folder.run(['apply', '--yes'])).toMatchObject({ code: 3 });
  const id = JSON.parse((await s3.read(LOCK)) ?? '{}').ID as string;
  expect((await folder.run(['doctor'])).out).toContain(`force-unlock ${id}`);
  const wrong = await folder.run(['force-unlock', '00000000-0000-0000-0000-000000000000', '--yes']);
  expect(wrong).toMatchObject({ code: 3, err: expect.stringContaining(`force-unlock ${id}`) });
  expect(await folder.run(['force-unlock', id])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Nothing was changed'),
  });
  expect(await folder.run(['force-unlock', id, '--yes'])).toMatchObject({ code: 0 });
  expect(await folder.run(['force-unlock', id, '--yes'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('no lock'),
  });
  expect(await s3.read(STATE)).toBe(before);
  expect(await folder.run(['apply', '--yes'])).toMatchObject({ code: 0 });
  expect(await resourcesOf(folder)).toEqual(['terraform_data.before', 'terraform_data.slow']);
});

test('Ctrl-C in an apply ends it in order: the lock is given back, and a copy of what was done is kept', async () => {
  await using folder = await applied('before');
  const slow = await startSlow(folder);
  process.kill(slow.pid, 'SIGINT');
  const { code, err } = await slow.ended;
  await slow.letGo();
  expect({ code, err }).toMatchObject({ code: 130, err: expect.stringContaining('has ended in order') });
  const keys = await s3.keys();
  expect(keys).not.toContain(LOCK);
  const { serial } = JSON.parse((await s3.read(STATE)) ?? '{}') as { serial: number };
  expect(keys.some((key) => key.startsWith(`history/${serial}-`))).toBe(true);
});
