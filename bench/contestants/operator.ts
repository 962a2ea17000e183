// An operator for the time of a benchmark: what a stack or a server is started with, and how clients sign in.

import { readFile } from 'node:fs/promises';
import { keepOperator } from '../../local/auth/operator.ts';
import { createRunFolder } from '../../local/run-folder.ts';
import type { Credentials } from './contestant.ts';

export interface Operator {
  /** By the names that a deployment and container/entrypoint.sh have for them. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly credentials: Credentials;
}

/** A new one; nothing of it stays on disk. */
export async function makeOperator(): Promise<Operator> {
  const folder = await createRunFolder();
  try {
    const { secrets, login, system } = await keepOperator(folder.path);
    const read = (path = '') => readFile(path, 'utf8');
    return { secrets, credentials: { user: await read(login.creds), system: await read(system?.creds) } };
  } finally {
    await folder.remove();
  }
}
