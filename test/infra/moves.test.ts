// A state that is moved, and one that comes back, on OpenTofu itself and a bucket of R2.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { InfraFolder } from '../support/infra-folder.ts';
import { type S3Bucket, startS3Bucket } from '../support/s3-bucket.ts';

const STATE = 'meridian.tfstate';

let s3: S3Bucket;
beforeAll(async () => {
  s3 = await startS3Bucket();
}, 60_000);
beforeEach(() => s3.reset());
afterAll(() => s3[Symbol.asyncDispose]());

const RESOURCES = (...names: string[]) =>
  names.map((name) => `resource "terraform_data" "${name}" {\n  input = "${name}"\n}\n`).join('\n');
const facts = (text: string | undefined) => {
  const { serial, lineage, encrypted_data: data } = JSON.parse(text ?? '{}');
  return { serial, lineage, encrypted: data !== undefined };
};
const done = { code: 0 };

async function begun(how: readonly string[], ...names: string[]): Promise<InfraFolder> {
  const folder = await InfraFolder.create(s3, RESOURCES(...names));
  expect(await folder.run(['init', ...how])).toMatchObject(done);
  expect(await folder.run(['apply', '--yes'])).toMatchObject(done);
  return folder;
}

test('a state moves from the folder to the bucket and back, with its serial, its lineage and its encryption', async () => {
  await using folder = await begun(['--local'], 'one');
  const local = async () => facts(await readFile(join(folder.path, STATE), 'utf8'));
  await folder.write(RESOURCES('one', 'two'));
  expect(await folder.run(['apply', '--yes'])).toMatchObject(done);
  const first = await local();
  expect(first).toMatchObject({ encrypted: true });
  expect(await folder.run(['history'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('migrate --to r2'),
  });

  const dry = await folder.run(['migrate', '--to', 'r2', '--dry-run']);
  expect(dry).toMatchObject({
    code: 0,
    out: expect.stringContaining(`Would move state ${first.serial} of ${first.lineage}`),
  });
  expect(await s3.keys()).toEqual([]);
  expect(await folder.run(['migrate', '--to', 'r2'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('--yes'),
  });
  expect(await s3.keys()).toEqual([]);
  expect(await folder.run(['migrate', '--to', 'r2', '--yes'])).toMatchObject(done);
  expect(facts(await s3.read(STATE))).toEqual(first);
  expect(await readdir(folder.path)).toContain(`${STATE}.${first.serial}.moved`);
  expect(await folder.run(['migrate', '--to', 'r2', '--yes'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('already'),
  });
  expect(JSON.parse((await folder.run(['plan', '--json'])).out)).toEqual({ wouldChange: false });

  await folder.write(RESOURCES('one', 'two', 'three'));
  expect(await folder.run(['apply', '--yes'])).toMatchObject(done);
  const second = facts(await s3.read(STATE));
  expect(await folder.run(['migrate', '--to', 'local', '--yes'])).toMatchObject(done);
  expect(await local()).toEqual(second);
  expect(JSON.parse((await folder.run(['plan', '--json'])).out)).toEqual({ wouldChange: false });
});

test('a migration that is killed before its question leaves everything as it was', async () => {
  await using folder = await begun(['--local'], 'one');
  const looking = folder.start(['migrate', '--to', 'r2', '--dry-run']);
  await waitFor('it looks at the bucket', { timeoutMs: 60_000 }, () => s3.asked.length > 0);
  process.kill(looking.pid, 'SIGINT');
  await looking.ended;
  expect(await readdir(folder.path)).toContain('backend_override.tf');
  expect(JSON.parse((await folder.run(['plan', '--json'])).out)).toEqual({ wouldChange: false });
});

test('nothing is moved over a state of another lineage, and the folder stays as it was', async () => {
  await using theirs = await begun([], 'theirs');
  const before = await s3.read(STATE);
  await using mine = await begun(['--local'], 'mine');
  const refused = await mine.run(['migrate', '--to', 'r2', '--yes', '--json']);
  expect(refused).toMatchObject({ code: 3, err: expect.stringContaining('another lineage') });
  expect(JSON.parse(refused.out).error).toMatchObject({ code: 'other_lineage' });
  expect(await s3.read(STATE)).toBe(before);
  expect(JSON.parse((await mine.run(['plan', '--json'])).out)).toEqual({ wouldChange: false });
  expect(JSON.parse((await theirs.run(['plan', '--json'])).out)).toEqual({ wouldChange: false });
});

test('an earlier state is restored under a new serial, what it replaces is kept, and a restore is undone by another', async () => {
  await using folder = await begun([], 'one');
  await folder.write(RESOURCES('one', 'two'));
  expect(await folder.run(['apply', '--yes'])).toMatchObject(done);
  const { lineage } = facts(await s3.read(STATE));
  const dry = await folder.run(['restore', '1', '--dry-run', '--json']);
  expect(JSON.parse(dry.out)).toMatchObject({
    dryRun: true,
    from: 2,
    forgotten: ['terraform_data.two'],
    known: [],
  });
  expect(facts(await s3.read(STATE)).serial).toBe(2);
  expect(await folder.run(['restore', '9', '--yes'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('no copy 9'),
  });

  expect(await folder.run(['restore', '1', '--yes'])).toMatchObject(done);
  const restored = facts(await s3.read(STATE));
  expect(restored).toMatchObject({ lineage, encrypted: true });
  expect(restored.serial).toBeGreaterThan(2);
  expect((await folder.run(['tofu', '--', 'state', 'list'])).out).toBe('terraform_data.one\n');
  expect(JSON.parse((await folder.run(['plan', '--json'])).out)).toEqual({ wouldChange: true });

  expect(await folder.run(['restore', '2', '--yes'])).toMatchObject(done);
  expect((await folder.run(['tofu', '--', 'state', 'list'])).out).toBe(
    'terraform_data.one\nterraform_data.two\n',
  );
  expect(JSON.parse((await folder.run(['plan', '--json'])).out)).toEqual({ wouldChange: false });
  const { copies } = JSON.parse((await folder.run(['history', '--json'])).out) as {
    copies: { serial: number; current: boolean }[];
  };
  expect(copies.filter(({ current }) => current)).toHaveLength(1);
  expect(copies.map(({ serial }) => serial)).toEqual(expect.arrayContaining([1, 2, restored.serial]));
});

test('a copy of another lineage, and one that is no state, are not restored', async () => {
  await using folder = await begun([], 'one');
  const before = await s3.read(STATE);
  await s3.write(
    `history/7-${'a'.repeat(64)}.tfstate`,
    JSON.stringify({ version: 4, serial: 7, lineage: 'another', resources: [] }),
  );
  await s3.write(`history/8-${'b'.repeat(64)}.tfstate`, 'half of a st');
  expect(await folder.run(['restore', '7', '--yes'])).toMatchObject({
    code: 3,
    err: expect.stringContaining('another lineage'),
  });
  expect(await folder.run(['restore', '8', '--yes'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('no state'),
  });
  expect(await s3.read(STATE)).toBe(before);
});

test('a state that is lost is there again from its copies', async () => {
  await using folder = await begun([], 'one');
  const { lineage } = facts(await s3.read(STATE));
  await s3.write(STATE, '');
  expect(await folder.run(['restore', '1', '--yes'])).toMatchObject(done);
  await s3.write(STATE, 'half of a st');
  const { broken } = JSON.parse((await folder.run(['restore', '1', '--yes', '--json'])).out);
  expect(await s3.read(broken)).toBe('half of a st');
  expect(facts(await s3.read(STATE)).lineage).toBe(lineage);
  expect(JSON.parse((await folder.run(['plan', '--json'])).out)).toEqual({ wouldChange: false });
});

test('a local state that is plain text moves too, and is encrypted then', async () => {
  await using folder = await begun(['--local'], 'one');
  const plain = (await folder.run(['tofu', '--', 'state', 'pull'])).out;
  expect(facts(plain)).toMatchObject({ encrypted: false });
  await writeFile(join(folder.path, STATE), plain);
  expect(await folder.run(['migrate', '--to', 'r2', '--yes'])).toMatchObject(done);
  expect(facts(await s3.read(STATE))).toEqual({ ...facts(plain), encrypted: true });
});
