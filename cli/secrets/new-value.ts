// The value that follows another one: in which place, and, unless it is given, a random one in the form of the old one. Pure but
// for the random bytes, which are passed in.

import type { RotatedSecret, SecretParts } from '../../api/rotated-secrets.ts';
import type { SecretValue } from '../../api/secrets.ts';
import { CommandError, EXIT } from '../exit.ts';
import { nameOf } from './find-secret.ts';

/** As the Worker has it (worker/admin/admin-tokens.ts). */
const LEAST_TOKEN_CHARS = 24;

/** In which of a client's names the count of its changes is: `meridian.2`. */
const COUNTED = /^(.*?)(?:\.(\d+))?$/;

const FIRST_USER = 'meridian';

/** nats-server has one token only, and the places of users are free of each other: a token is followed by a user. */
export function freePlace({ places }: RotatedSecret, old: SecretValue): SecretParts {
  const users = places.filter(([first]) => first !== 'NATS_TOKEN' && first !== nameOf(old));
  const place = users.at(-1);
  if (place === undefined) throw new Error(`${nameOf(old)} has no second place`);
  return place;
}

export interface Wish {
  /** For NATS clients. */
  readonly user?: string | undefined;
  /** The value itself, such as a file has it. */
  readonly given?: string | undefined;
}

/** The secrets to set, by name. @throws CommandError if what is wished for cannot be */
export function newValue(
  place: SecretParts,
  old: SecretValue,
  { user, given }: Wish,
  random: () => string,
): Readonly<Record<string, string>> {
  const [first, second] = place;
  const text = given?.replace(/\r?\n$/, '');
  if (text === '') throw refused('The new value is empty.');
  if (second !== undefined) return userValue([first, second], old, user, text ?? random());
  if (user !== undefined) throw refused('--user is for NATS clients: leave it out.');
  if (first.startsWith('NATS_LEAF_USERS')) return { [first]: leafUsers(text, old) };
  return { [first]: text === undefined ? tokens(old, random) : checkedTokens(text) };
}

function userValue(
  [user, password]: readonly [string, string],
  { names: [old = ''] }: SecretValue,
  wished: string | undefined,
  value: string,
): Readonly<Record<string, string>> {
  const name = wished ?? nextName(old);
  if (name === old)
    throw refused(`--user ${name} is the name of now, and a name has one password: give another.`);
  // nats-server reads it from a line, and one of the two would end it.
  if (/\p{Cc}/u.test(name + value)) throw refused('The user or its password has a control character.');
  return { [user]: name, [password]: value };
}

function nextName(old: string): string {
  const [, name = '', count] = COUNTED.exec(old) ?? [];
  return name === '' ? FIRST_USER : `${name}.${count === undefined ? 2 : Number(count) + 1}`;
}

/** One for each that has one now, with its name. */
function tokens({ names }: SecretValue, random: () => string): string {
  const lines = (names.length === 0 ? [''] : names).map((name) => `${name} ${random()}`.trim());
  return lines.join('\n');
}

function checkedTokens(text: string): string {
  const short = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .findIndex((line) => (line.trim().split(/\s+/).at(-1) ?? '').length < LEAST_TOKEN_CHARS);
  if (short === -1) return text;
  throw refused(
    `The token in line ${short + 1} has fewer than ${LEAST_TOKEN_CHARS} characters, and is not used: openssl rand -hex 32.`,
  );
}

/** What each may is not known here, so the lines are given. */
function leafUsers(text: string | undefined, { names }: SecretValue): string {
  if (text === undefined)
    throw refused(
      'What each leaf node may is part of its line, so give the new lines: --from FILE, with another name in each.',
    );
  for (const [index, line] of text.split('\n').entries()) {
    const [name = '', password] = line.trim().split(/\s+/);
    if (name === '') continue;
    if (password === undefined) throw refused(`Line ${index + 1} is not a name and a password.`);
    if (names.includes(name) || name === 'session')
      throw refused(
        `Line ${index + 1} has the name ${name}, which is taken: both lists are valid, so names differ.`,
      );
  }
  return text;
}

function refused(message: string): CommandError {
  return new CommandError(EXIT.refused, `Nothing was changed. ${message}`, {
    details: { code: 'bad_value' },
  });
}
