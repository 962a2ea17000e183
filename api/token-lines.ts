// Admin tokens as a secret has them: a token, or several with names, one a line. What is wrong with a line is said without anything of
// the token. Pure.

/** Base64 of 16 random bytes. Whoever guesses at shorter ones may be lucky one day. */
export const LEAST_TOKEN_CHARS = 24;

/** Each takes a comparison per call. */
export const MOST_TOKENS = 16;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

/** Visible characters, since it is sent in a header. */
const TOKEN = /^[\x21-\x7e]+$/;

export interface NamedToken {
  readonly token: string;
  /** Absent if it has none. */
  readonly name?: string;
}

export interface TokenLines {
  /** Those that are used. */
  readonly tokens: readonly NamedToken[];
  /** Why the others are not; lines that are not empty count from 1. */
  readonly problems: readonly { readonly line: number; readonly words: string }[];
}

export function tokenLines(value: string): TokenLines {
  const lines = value.split(/\r?\n/).filter((line) => line.trim() !== '');
  const tokens: NamedToken[] = [];
  const problems: { line: number; words: string }[] = [];
  for (const [index, line] of lines.entries()) {
    const words = line.trim().split(/[ \t]+/);
    const token = words.at(-1) ?? '';
    const name = words.length === 2 ? words[0] : undefined;
    const problem =
      index >= MOST_TOKENS
        ? `is one too many: ${MOST_TOKENS} are used`
        : problemOf({ words, token, name, isRepeated: tokens.some((each) => each.name === name) });
    if (problem === undefined) tokens.push({ token, ...(name !== undefined && { name }) });
    else problems.push({ line: index + 1, words: problem });
  }
  return { tokens, problems };
}

interface Line {
  readonly words: readonly string[];
  readonly token: string;
  readonly name: string | undefined;
  readonly isRepeated: boolean;
}

function problemOf({ words, token, name, isRepeated }: Line): string | undefined {
  if (words.length > 2) return 'has more than a name and a token';
  if (name !== undefined && !NAME.test(name))
    return 'has a name of other characters than letters, digits and ._@-';
  if (!TOKEN.test(token)) return 'has a token with characters that cannot be sent: take visible ASCII';
  if (token.length < LEAST_TOKEN_CHARS)
    return `has a token of ${token.length} characters, and at least ${LEAST_TOKEN_CHARS} are needed: openssl rand -hex 32`;
  if (isRepeated)
    return `has ${name === undefined ? 'no name' : 'a name'}, as an earlier line: name each token`;
  return undefined;
}
