// The commands of docs/infrastructure.md: what each asks for is there, and those that need neither OpenTofu nor an account are run, on a
// bucket of R2 behind its S3 API. OpenTofu's own are run in test/infra/page.test.ts.

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InfraFolder } from '../../test/support/infra-folder.ts';
import { commandsOfInfraPage } from '../../test/support/infra-page.ts';
import { type S3Bucket, startS3Bucket } from '../../test/support/s3-bucket.ts';

const COMMANDS = commandsOfInfraPage(
  await readFile(new URL('../../docs/infrastructure.md', import.meta.url), 'utf8'),
);

let s3: S3Bucket;
let folder: InfraFolder;
beforeAll(async () => {
  s3 = await startS3Bucket();
  folder = await InfraFolder.create(s3, '');
}, 60_000);
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
  await s3[Symbol.asyncDispose]();
});

test('they are found', () => {
  expect(COMMANDS.length).toBeGreaterThan(12);
  expect(new Set(COMMANDS.map(([name]) => name))).toEqual(
    new Set(['init', 'plan', 'apply', 'migrate', 'doctor', 'history', 'restore', 'tofu', 'force-unlock']),
  );
});

test.each([...new Set(COMMANDS.map(([name = '']) => name))])(
  'the help of %s has what the page asks of it',
  async (name) => {
    const { code, out } = await folder.run([name, '--help']);
    expect(code).toBe(0);
    for (const args of COMMANDS.filter(([each]) => each === name)) {
      // What is after -- is OpenTofu's.
      const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
      for (const option of own.filter((each) => each.startsWith('--')))
        expect(out).toMatch(new RegExp(`${option}\\b`));
    }
  },
);

test('doctor and history, before there is anything', async () => {
  const doctor = await folder.run(['doctor']);
  expect(doctor).toMatchObject({ code: 0, out: expect.stringContaining('a second writer of') });
  expect(doctor.out).toContain('whether the copies of the state in');
  expect(await folder.run(['history'])).toMatchObject({ code: 0, err: '' });
});

test.each([
  [['force-unlock', 'left'], {}, 1, 'Nobody holds the state'],
  [['doctor'], { R2_SECRET_ACCESS_KEY: 'another-secret-of-this-test' }, 1, 'does not know the keys'],
  [['doctor'], { R2_ACCESS_KEY_ID: undefined }, 5, 'R2_ACCESS_KEY_ID is not set'],
  [['plan'], { MERIDIAN_STATE_PASSPHRASE: 'short' }, 5, 'MERIDIAN_STATE_PASSPHRASE is too short'],
  [['migrate', '--to', 'elsewhere'], {}, 2, 'elsewhere'],
  [['aply'], {}, 2, 'unknown command'],
] as const)('%j with %j ends with %s, in words', async (args, env, code, words) => {
  const { out, err, ...rest } = await folder.run(args, env);
  expect({ ...rest, said: out + err }).toEqual({ code, said: expect.stringContaining(words) });
  expect(out + err).not.toContain('another-secret');
});
