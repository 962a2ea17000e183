// Secrets of a running local stack, changed as `wrangler secret bulk` changes those of a deployment: a command puts a file with the
// changes into the folder of the run, which is its user's alone; the stack takes it from there, and restarts the Worker with
// them. The regions' servers keep running, with what they were started with.

import { randomUUID } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { NatsLogin } from './auth/nats-login.ts';
import { readPrivate } from './trust.ts';

export type StackSecrets = Readonly<Record<string, string>>;

/** By name: a value, or null for none. */
export type SecretChanges = Readonly<Record<string, string | null>>;

/** What ends the name of a file that is not whole yet. */
const UNFINISHED = '.part';

/** Asks the stack that watches files that are named so. Each asks by one of its own, so that none is lost when two ask at once. */
export async function askForSecrets(file: string, changes: SecretChanges): Promise<void> {
  const asked = `${file}.${randomUUID()}`;
  await writeFile(asked + UNFINISHED, JSON.stringify(changes), { mode: 0o600, flag: 'wx' });
  await rename(asked + UNFINISHED, asked);
}

/**
 * Applies what is asked for, one after the other.
 *
 * @param file as those who ask know it
 * @param failed told what went wrong with a change; the stack is as before then
 */
export function watchSecrets(
  file: string,
  apply: (changes: SecretChanges) => Promise<void>,
  failed: (error: Error) => void,
): { close(): Promise<void> } {
  let work = Promise.resolve();
  const take = async (asked: string) => {
    const text = await readPrivate(asked).catch((error: NodeJS.ErrnoException) => {
      // It was taken by the look before.
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) return;
    await rm(asked, { force: true });
    await apply(changesIn(text));
  };
  const watcher: FSWatcher = watch(dirname(file), (_event, name) => {
    if (!name?.startsWith(`${basename(file)}.`) || name.endsWith(UNFINISHED)) return;
    work = work.then(() => take(join(dirname(file), name))).catch(failed);
  });
  return {
    close: async () => {
      watcher.close();
      await work;
    },
  };
}

/** @throws Error if it is something else */
function changesIn(text: string): SecretChanges {
  const changes: unknown = JSON.parse(text);
  const isRight = (value: unknown) => value === null || typeof value === 'string';
  if (typeof changes !== 'object' || changes === null || !Object.values(changes).every(isRight))
    throw new Error('secrets are changed by an object of texts and nulls');
  return changes as SecretChanges;
}

export function withChanges(secrets: StackSecrets, changes: SecretChanges): StackSecrets {
  const all = Object.entries({ ...secrets, ...changes });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** How clients sign in: as before if that is still valid. */
export function loginWith(secrets: StackSecrets, before: NatsLogin | undefined): NatsLogin | undefined {
  const { NATS_TOKEN: token, NATS_USER, NATS_PASSWORD, NATS_USER_NEXT, NATS_PASSWORD_NEXT } = secrets;
  const logins: readonly NatsLogin[] = [
    ...(token === undefined ? [] : [{ token }]),
    ...loginAs(NATS_USER, NATS_PASSWORD),
    ...loginAs(NATS_USER_NEXT, NATS_PASSWORD_NEXT),
  ];
  const same = logins.find(
    (login) =>
      login.token === before?.token && login.user === before?.user && login.password === before?.password,
  );
  return same ?? logins[0] ?? before;
}

function loginAs(user: string | undefined, password: string | undefined): readonly NatsLogin[] {
  return user === undefined || password === undefined ? [] : [{ user, password }];
}
