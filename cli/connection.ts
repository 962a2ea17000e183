// Which edge the command talks to, and with which token: `--url`, `--token`, the environment, and what a running local
// stack left.

import type { Command } from 'commander';
import { type FoundStacks, findStacks } from '../local/running-stacks.ts';
import { CommandError, EXIT } from './exit.ts';

/** Where an edge is expected if no stack says where it runs: a Worker that `wrangler dev` runs is there. */
export const DEFAULT_URL = 'http://127.0.0.1:8787';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

export interface ConnectionOptions {
  readonly url?: string;
  readonly token?: string;
}

export interface Connection {
  /** The origin of the edge. */
  readonly url: URL;
  /** Whether the user or a running stack named this edge; otherwise it is where a local one usually is. */
  readonly isExplicit: boolean;
  readonly token: string | undefined;
  /** Why the local stack's token was not used. */
  readonly note?: string;
}

/** The environment to read, and how stacks are found: the process's own, or a test's. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly find: () => Promise<FoundStacks>;
}

/** Adds `--url` and `--token`. */
export function withConnection(command: Command): Command {
  return command
    .option('--url <url>', 'the edge (default: MERIDIAN_URL, else the local stack that runs)')
    .option(
      '--token <token>',
      "an admin or read token (default: MERIDIAN_TOKEN, else the local stack's own)",
    );
}

/**
 * @throws CommandError when the URL cannot be used, when several local stacks run and none is named, or when a token is given
 * and nothing says for which edge
 */
export async function resolveConnection(
  { url: urlOption, token: tokenOption }: ConnectionOptions,
  { env, find }: Surroundings = { env: process.env, find: findStacks },
): Promise<Connection> {
  const namedUrl = urlOption ?? (env.MERIDIAN_URL || undefined);
  const given = tokenOption ?? (env.MERIDIAN_TOKEN || undefined);
  if (namedUrl === undefined) {
    const found = await find();
    const stack = onlyOne(found);
    if (stack === undefined && given !== undefined) throw tokenWithoutEdge();
    if (stack === undefined)
      return noted({ url: new URL(DEFAULT_URL), isExplicit: false, token: undefined }, found);
    return { url: new URL(stack.url), isExplicit: true, token: given ?? stack.token };
  }
  const url = parseUrl(namedUrl);
  const isHere = LOOPBACK.has(url.hostname);
  if (given !== undefined) {
    if (url.protocol === 'http:' && !isHere) {
      throw new CommandError(
        EXIT.usage,
        `${url.origin} is not encrypted: the token would be readable on the way. Use https.`,
      );
    }
    return { url, isExplicit: true, token: given };
  }
  // Only to this machine: another host on the same port is not the local stack.
  if (!isHere) return { url, isExplicit: true, token: undefined };
  const found = await find();
  const token = found.stacks.find((stack) => new URL(stack.url).port === url.port)?.token;
  return noted({ url, isExplicit: true, token }, found);
}

/** Whoever listens at the default address, perhaps another user of this machine, must not get the token of a deployment. */
function tokenWithoutEdge(): CommandError {
  return new CommandError(
    EXIT.usage,
    `A token is given, no edge is named, and no local stack runs: name the edge with --url or MERIDIAN_URL, such as --url ${DEFAULT_URL}, since whoever listens there gets the token.`,
  );
}

/** Why no token was found belongs into the answer of whoever needs one. */
function noted(connection: Connection, { notes }: FoundStacks): Connection {
  return connection.token !== undefined || notes.length === 0
    ? connection
    : { ...connection, note: notes.join(' ') };
}

function onlyOne({ stacks }: FoundStacks): FoundStacks['stacks'][number] | undefined {
  if (stacks.length <= 1) return stacks[0];
  const lines = stacks.map(({ url }) => `\n  --url ${url}`).join('');
  throw new CommandError(EXIT.usage, `${stacks.length} local stacks run. Say which one is meant:${lines}`, {
    details: { code: 'several_stacks', urls: stacks.map(({ url }) => url) },
  });
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
