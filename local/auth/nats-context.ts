// Contexts of the `nats` command: an address and how to sign in there, under a name.
// https://github.com/nats-io/jsm.go/tree/main/natscontext

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { NatsLogin } from './nats-login.ts';

/** By this a context is known to be one that Meridian may replace. */
const WRITTEN_BY = 'Meridian:';

/** Without what makes a path of it. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

export interface NatsContext {
  /** Such as `meridian`. */
  readonly name: string;
  /** Such as `wss://nats.example.com`. */
  readonly url: string;
  readonly login: NatsLogin;
  /** What it is, for `nats context list`. */
  readonly what: string;
}

export interface WriteOptions {
  /** Also if somebody else has written the one of this name. Default: false. */
  readonly force?: boolean;
  /** Makes it the context that `nats` uses if it is told no other. Default: false. */
  readonly select?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

/** A context of this name is there, and is not Meridian's. */
export class ForeignContext extends Error {
  override readonly name = 'ForeignContext';
}

/**
 * Writes a context, and returns its path. Only its owner can read it.
 *
 * @throws ForeignContext
 */
export async function writeNatsContext(
  { name, url, login, what }: NatsContext,
  { force = false, select = false, env = process.env }: WriteOptions = {},
): Promise<string> {
  if (!NAME.test(name))
    throw new Error(`"${name}" is no name for a context: letters, digits, hyphens and underscores`);
  const folder = natsFolder(env);
  const path = join(folder, 'context', `${name}.json`);
  const before = await readFile(path, 'utf8').catch(() => undefined);
  if (before !== undefined && !force && !isOurs(before))
    throw new ForeignContext(`there is a context ${name} that Meridian has not written: ${path}`);
  const { token = '', user = '', password = '', creds = '' } = login;
  const context = { description: `${WRITTEN_BY} ${what}`, url, token, user, password, creds };
  await mkdir(join(folder, 'context'), { recursive: true, mode: 0o700 });
  await writeWhole(path, `${JSON.stringify(context, null, 2)}\n`);
  if (select) await writeWhole(join(folder, 'context.txt'), name);
  return path;
}

/** Where `nats` keeps its contexts: a relative XDG_CONFIG_HOME counts as not set. */
function natsFolder({ XDG_CONFIG_HOME: config = '' }: NodeJS.ProcessEnv): string {
  return join(isAbsolute(config) ? config : join(homedir(), '.config'), 'nats');
}

function isOurs(text: string): boolean {
  try {
    return String((JSON.parse(text) as { description?: unknown }).description).startsWith(WRITTEN_BY);
  } catch {
    return false;
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, path);
}
