// Turns valibot's issues into problems. Nothing else knows valibot's issues.

import type * as v from 'valibot';
import { codeMeantBy, RULE_CODE_PATTERN } from './countries.ts';
import { didYouMean } from './did-you-mean.ts';
import { FLAG_NAME_PATTERN } from './flags-schema.ts';
import type { Problem } from './problems.ts';
import { ConfigSchema } from './schema.ts';
import { isArray, isObject, isPicklist, isUnion, required } from './schema-kinds.ts';

type Path = readonly (string | number)[];

/** `['regions', 2, 'hint']` -> `regions[2].hint`. */
export function formatPath(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}

/** The problems that an issue stands for: none if unknown-keys.ts reports it, several for a union. */
export function problemsOfIssue(issue: v.BaseIssue<unknown>, parent: Path = []): Problem[] {
  const path = [
    ...parent,
    ...(issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key))),
  ];
  const at = formatPath(path);
  if (isBelowBadName(path)) return []; // unknown-keys.ts reports the name.
  if (issue.type === 'union') return problemsOfUnion(issue, path);
  if (issue.type === 'picklist') return [problemOfPicklist(issue.input, path, optionsIn(issue.expected))];
  if (issue.type === 'strict_object' && issue.expected === 'never') return []; // unknown-keys.ts reports all of them.
  if (issue.kind === 'validation') {
    if (issue.requirement === RULE_CODE_PATTERN) return [unknownCountry(String(issue.input), at)];
    if (issue.type === 'min_length' && Array.isArray(issue.input)) return [{ code: 'empty-list', path: at }];
    return [{ code: 'bad-value', path: at, expected: expectedOf(issue), received: received(issue.input) }];
  }
  if (issue.input === undefined) return [{ code: 'missing-field', path: at }];
  return [
    { code: 'wrong-type', path: at, expected: nameOfType(issue.type), received: received(issue.input) },
  ];
}

/** Whether it is about the name of a flag, or what a flag has whose name is none. */
function isBelowBadName([first, name]: Path): boolean {
  return first === 'flags' && name !== undefined && !FLAG_NAME_PATTERN.test(String(name));
}

// The only union is the instance type: a name, or an object whose own issues say more than the union's.
function problemsOfUnion(issue: v.BaseIssue<unknown>, path: Path): Problem[] {
  if (typeof issue.input === 'string') return [problemOfPicklist(issue.input, path)];
  if (Array.isArray(issue.input)) return []; // unknown-keys.ts reports that it is a list.
  const inner = (issue.issues ?? []).filter(({ type }) => type !== 'picklist');
  return inner.flatMap((each) => problemsOfIssue(each, path));
}

/** @param expected the options of a schema other than the configuration's, such as that of a request */
function problemOfPicklist(input: unknown, path: Path, expected: readonly string[] = []): Problem {
  const at = formatPath(path);
  if (input === undefined) return { code: 'missing-field', path: at };
  if (typeof input !== 'string')
    return { code: 'wrong-type', path: at, expected: 'a string', received: received(input) };
  const found = optionsOf(path);
  const options = found.length > 0 ? found : expected;
  const near = didYouMean(input, options);
  return {
    code: 'unknown-option',
    path: at,
    received: shortened(input),
    options,
    ...(near !== undefined && { nearest: near }),
  };
}

function unknownCountry(input: string, path: string): Problem {
  const meant = codeMeantBy(input);
  return { code: 'unknown-country', path, received: received(input), ...(meant !== undefined && { meant }) };
}

/** `("leaf" | "mesh")`, as valibot says it. */
function optionsIn(expected: string | null): readonly string[] {
  return [...(expected ?? '').matchAll(/"([^"]*)"/g)].map(([, option = '']) => option);
}

/** The options of the list in the schema that stands at the path. */
function optionsOf(path: Path): readonly string[] {
  let schemas: readonly v.GenericSchema[] = [ConfigSchema];
  for (const part of path) {
    schemas = schemas.flatMap(alternatives).flatMap((schema) => {
      if (typeof part === 'number') return isArray(schema) ? [schema.item] : [];
      const inner =
        isObject(schema) && Object.hasOwn(schema.entries, part) ? schema.entries[part] : undefined;
      return inner === undefined ? [] : [inner];
    });
  }
  return schemas
    .flatMap(alternatives)
    .filter(isPicklist)
    .flatMap(({ options }) => options);
}

function alternatives(schema: v.GenericSchema): readonly v.GenericSchema[] {
  const inner = required(schema);
  return isUnion(inner) ? inner.options : [inner];
}

function expectedOf({
  type,
  input,
  requirement,
  message,
}: v.BaseIssue<unknown> & { requirement?: unknown }): string {
  switch (type) {
    case 'integer':
    case 'safe_integer':
      return 'a whole number';
    case 'min_value':
      return `at least ${requirement}`;
    case 'max_value':
      return `at most ${requirement}`;
    case 'min_length':
      return `at least ${requirement} characters long`;
    case 'max_entries':
      return `at most ${requirement} entries`;
    case 'max_length':
      if (Array.isArray(input)) return `at most ${requirement} entries`;
      return `at most ${requirement} characters long`;
    default:
      return message; // Patterns have their own text in schema.ts.
  }
}

const TYPE_NAMES = new Map([
  ['strict_object', 'an object'],
  ['record', 'an object'],
  ['array', 'a list'],
  ['string', 'a string'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
]);

function nameOfType(type: string): string {
  return TYPE_NAMES.get(type) ?? type;
}

// Long enough to recognise, short enough for a line of text.
const RECEIVED_MAX_CHARS = 60;

/** The value as it is shown in a message. */
export function received(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object' && input !== null) return 'an object';
  const text = typeof input === 'string' ? JSON.stringify(input) : String(input);
  return shortened(text);
}

/** A text of whoever wrote the file, as long as a message can bear, with characters that are not seen as \u0007. */
export function shortened(text: string): string {
  const seen = text.slice(0, RECEIVED_MAX_CHARS).replace(/[\p{C}\u2028\u2029]/gu, escaped);
  return text.length > RECEIVED_MAX_CHARS ? `${seen}…` : seen;
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
