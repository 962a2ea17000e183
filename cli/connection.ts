// Which edge the command talks to, and with which token: `--url`, `--token`, the environment, and the token file of
// the local stack.

import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { CommandError, EXIT } from './exit.ts';

export const DEFAULT_URL = 'http://127.0.0.1:8787';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Mode bits that give anyone but the owner access. */
const OTHERS = 0o077;

export interface ConnectionOptions {
  readonly url?: string;
  readonly token?: string;
}

export interface Connection {
  /** The origin of the edge. */
  readonly url: URL;
  /** Whether the user named this edge; otherwise it is where the local stack usually is. */
  readonly isExplicit: boolean;
  readonly token: string | undefined;
  /** Why the local stack's token was not used. */
  readonly note?: string;
}

/** The environment and token folder to read: the process's own, or a test's. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly tokenFolder: string;
}

/** Adds `--url` and `--token`. */
export function withConnection(command: Command): Command {
  return command
    .option('--url <url>', `the edge (default: MERIDIAN_URL, else ${DEFAULT_URL})`)
    .option('--token <token>', "the admin token (default: MERIDIAN_TOKEN, else the local stack's own)");
}

/** @throws CommandError when the URL cannot be used */
export async function resolveConnection(
  { url: urlOption, token: tokenOption }: ConnectionOptions,
  { env, tokenFolder }: Surroundings = { env: process.env, tokenFolder: tmpdir() },
): Promise<Connection> {
  const namedUrl = urlOption ?? (env.MERIDIAN_URL || undefined);
  const url = parseUrl(namedUrl ?? DEFAULT_URL);
  const isExplicit = namedUrl !== undefined;
  const isHere = LOOPBACK.has(url.hostname);
  const given = tokenOption ?? (env.MERIDIAN_TOKEN || undefined);
  if (given !== undefined) {
    if (url.protocol === 'http:' && !isHere) {
      throw new CommandError(
        EXIT.usage,
        `${url.origin} is not encrypted: the token would be readable on the way. Use https.`,
      );
    }
    return { url, isExplicit, token: given };
  }
  // Only to this machine: another host on the same port is not the local stack.
  if (!isHere) return { url, isExplicit, token: undefined };
  return { url, isExplicit, ...(await readLocalToken(tokenPath(tokenFolder, url))) };
}

function tokenPath(folder: string, url: URL): string {
  return join(folder, `meridian-token-${url.port || (url.protocol === 'https:' ? '443' : '80')}`);
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new CommandError(
      EXIT.usage,
      'The URL of the edge must begin with http:// or https://, such as https://meridian.example.com.',
    );
  }
  // The text is not repeated: what follows may be a token.
  if (url.username || url.password || url.search || url.hash || url.pathname !== '/') {
    throw new CommandError(
      EXIT.usage,
      `Give the edge as ${url.origin} alone, and a token as --token or MERIDIAN_TOKEN: URLs end up in logs.`,
    );
  }
  return url;
}

// The folder is shared with other users: a file that they own or could have written cannot be trusted.
async function readLocalToken(path: string): Promise<{ token: string | undefined; note?: string }> {
  try {
    const { mode, uid } = await stat(path);
    const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & OTHERS) === 0);
    if (!isOurs) {
      return {
        token: undefined,
        note: `${path} belongs to another user, or others have access to it, so it was not read.`,
      };
    }
    return { token: (await readFile(path, 'utf8')).trim() || undefined };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { token: undefined };
    return { token: undefined, note: `${path} could not be read: ${(error as Error).message}.` };
  }
}
