import { chmod, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../waiting/wait-for.ts';
import { askForSecrets, loginWith, type SecretChanges, watchSecrets, withChanges } from './stack-secrets.ts';

const WITHIN = { timeoutMs: 5_000 };

let folder = '';
const file = () => join(folder, 'secrets.json');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-secrets-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('changes are applied one after the other, and the file with the values goes', async () => {
  const applied: SecretChanges[] = [];
  const errors: Error[] = [];
  const watching = watchSecrets(
    file(),
    async (changes) => void applied.push(changes),
    (error) => void errors.push(error),
  );
  await askForSecrets(file(), { NATS_USER_NEXT: 'a' });
  await waitFor('the first change', WITHIN, () => applied.length === 1);
  await askForSecrets(file(), { NATS_USER_NEXT: null });
  await waitFor('the second change', WITHIN, () => applied.length === 2);
  await watching.close();
  expect(applied).toEqual([{ NATS_USER_NEXT: 'a' }, { NATS_USER_NEXT: null }]);
  expect(await readdir(folder)).toEqual([]);
  expect(errors).toEqual([]);
});

test('of those who ask at once, while another change is applied, each gets its own', async () => {
  const applied: SecretChanges[] = [];
  const first = Promise.withResolvers<void>();
  const watching = watchSecrets(
    file(),
    async (changes) => {
      applied.push(changes);
      await first.promise;
    },
    () => expect.unreachable(),
  );
  await askForSecrets(file(), { A: '1' });
  await waitFor('the first change', WITHIN, () => applied.length === 1);
  await Promise.all([askForSecrets(file(), { B: '2' }), askForSecrets(file(), { C: '3' })]);
  first.resolve();
  await waitFor('all changes', WITHIN, () => applied.length === 3);
  await watching.close();
  expect(Object.assign({}, ...applied)).toEqual({ A: '1', B: '2', C: '3' });
});

test('what is no change, and a file that others can read, are not applied, and the next one is', async () => {
  const applied: SecretChanges[] = [];
  const errors: string[] = [];
  const watching = watchSecrets(
    file(),
    async (changes) => void applied.push(changes),
    ({ message }) => void errors.push(message),
  );
  await askForSecrets(file(), { NATS_USER_NEXT: 1 } as unknown as SecretChanges);
  await waitFor('the first error', WITHIN, () => errors.length === 1);
  await writeFile(join(folder, 'open'), '{"NATS_TOKEN":"x"}');
  await chmod(join(folder, 'open'), 0o644);
  await rename(join(folder, 'open'), `${file()}.open`);
  await waitFor('the second error', WITHIN, () => errors.length === 2);
  await rm(`${file()}.open`);
  await askForSecrets(file(), { NATS_USER_NEXT: 'a' });
  await waitFor('the change', WITHIN, () => applied.length === 1);
  await watching.close();
  expect(errors).toEqual([
    expect.stringContaining('texts and nulls'),
    expect.stringContaining('open to other'),
  ]);
});

test('commands sign in as before while that is valid, then with what followed', () => {
  const before = { token: 't' };
  const both = withChanges({ NATS_TOKEN: 't' }, { NATS_USER_NEXT: 'u', NATS_PASSWORD_NEXT: 'p' });
  expect(loginWith(both, before)).toEqual(before);
  const after = withChanges(both, { NATS_TOKEN: null });
  expect(after).toEqual({ NATS_USER_NEXT: 'u', NATS_PASSWORD_NEXT: 'p' });
  const next = loginWith(after, before);
  expect(next).toEqual({ user: 'u', password: 'p' });
  // The next value has the place that comes first, and servers do not take it yet.
  const again = withChanges(after, { NATS_USER: 'u.2', NATS_PASSWORD: 'q' });
  expect(loginWith(again, next)).toEqual(next);
  expect(loginWith({}, { creds: 'file' })).toEqual({ creds: 'file' });
});
