// The value that follows another one: in which place, and, unless it is given, a random one in the form of the old one. Pure but
// for the random bytes, which are passed in.

import { leafNamesIn, leafProblem } from '../../api/leaf-lines.ts';
import type { RotatedSecret, SecretParts } from '../../api/rotated-secrets.ts';
import type { SecretValue } from '../../api/secrets.ts';
import { tokenLines } from '../../api/token-lines.ts';
import { whyTooLong } from '../../regions/credential-length.ts';
import { CommandError, EXIT } from '../exit.ts';
import { nameOf } from './find-secret.ts';

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
  /** Of leaf nodes: the clients' users, if clients sign in as users alone. */
  readonly users?: readonly string[] | undefined;
}

/** The secrets to set, by name. @throws CommandError if what is wished for cannot be */
export function newValue(
  place: SecretParts,
  old: SecretValue,
  { user, given, users }: Wish,
  random: () => string,
): Readonly<Record<string, string>> {
  const [first, second] = place;
  const text = given?.replace(/\r?\n$/, '');
  if (text === '') throw refused('The new value is empty.');
  if (second !== undefined) return userValue([first, second], old, user, text ?? random());
  if (user !== undefined) throw refused('--user is for NATS clients: leave it out.');
  if (first.startsWith('NATS_LEAF_USERS')) return { [first]: leafUsers(text, old, users) };
  return { [first]: text === undefined ? tokens(old, random) : checkedTokens(text) };
}

function userValue(
  [user, password]: readonly [string, string],
  { names: [old = ''] }: SecretValue,
  wished: string | undefined,
  value: string,
): Readonly<Record<string, string>> {
  const name = wished ?? nextName(old);
  if (name === '') throw refused('The user is empty.');
  if (name === old)
    throw refused(`--user ${name} is the name of now, and a name has one password: give another.`);
  // nats-server reads it from a line, and one of the two would end it.
  if (/\p{Cc}/u.test(name + value)) throw refused('The user or its password has a control character.');
  const values = { [user]: name, [password]: value };
  const tooLong = whyTooLong(values);
  if (tooLong !== undefined) throw refused(`${tooLong}.`);
  return values;
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
  const { tokens, problems } = tokenLines(text);
  const [problem] = problems;
  if (problem !== undefined) throw refused(`Line ${problem.line} ${problem.words}.`);
  if (tokens.length === 0) throw refused('It has no token.');
  return text;
}

/** What each may is not known here, so the lines are given. */
function leafUsers(
  text: string | undefined,
  { names }: SecretValue,
  users: readonly string[] | undefined,
): string {
  if (text === undefined)
    throw refused(
      'What each leaf node may is part of its line, so give the new lines: --from FILE, with another name in each.',
    );
  const problem = leafProblem(text, { taken: names, users });
  if (problem !== undefined) throw refused(problem);
  if (leafNamesIn(text).length === 0) throw refused('It has no leaf node.');
  return text;
}

function refused(message: string): CommandError {
  return new CommandError(EXIT.refused, `Nothing was changed. ${message}`, {
    details: { code: 'bad_value' },
  });
}
