// Finds all keys that the schema does not know, and names that are none: valibot stops at the first one of each object, and accepts a list as an
// object.

import * as v from 'valibot';
import { didYouMean } from './did-you-mean.ts';
import type { Problem } from './problems.ts';
import {
  isArray,
  isObject,
  isOptional,
  isRecord,
  isUnion,
  type ObjectSchema,
  type RecordSchema,
} from './schema-kinds.ts';
import { formatPath, shortened } from './schema-problems.ts';

type Path = readonly (string | number)[];

/** Every unknown key below `input`, and every list where an object should be. */
export function findUnknownKeys(schema: v.GenericSchema, input: unknown, path: Path = []): Problem[] {
  if (isOptional(schema)) return input === undefined ? [] : findUnknownKeys(schema.wrapped, input, path);
  if (isUnion(schema))
    return schema.options.filter(isObject).flatMap((each) => findUnknownKeys(each, input, path));
  if (isArray(schema)) {
    if (!Array.isArray(input)) return [];
    return input.flatMap((item, index) => findUnknownKeys(schema.item, item, [...path, index]));
  }
  if ((!isObject(schema) && !isRecord(schema)) || typeof input !== 'object' || input === null) return [];
  if (Array.isArray(input)) {
    return [{ code: 'wrong-type', path: formatPath(path), expected: 'an object', received: 'a list' }];
  }
  if (isRecord(schema)) return problemsOfRecord(schema, input, path);
  return Object.entries(input).flatMap(([key, value]) => {
    const known = Object.hasOwn(schema.entries, key) ? schema.entries[key] : undefined;
    return known === undefined
      ? [unknownKey(key, schema, path)]
      : findUnknownKeys(known, value, [...path, key]);
  });
}

/** A name that is none hides what it names: nothing of it would be taken. */
function problemsOfRecord(schema: RecordSchema, input: object, path: Path): Problem[] {
  return Object.entries(input).flatMap(([key, value]) => {
    const [issue] = v.safeParse(schema.key, key).issues ?? [];
    if (issue === undefined) return findUnknownKeys(schema.value, value, [...path, key]);
    const name = JSON.stringify(shortened(key));
    return [{ code: 'bad-value', path: formatPath(path), expected: issue.message, received: name }];
  });
}

function unknownKey(key: string, schema: ObjectSchema, path: Path): Problem {
  const near = didYouMean(key, Object.keys(schema.entries));
  return {
    code: 'unknown-key',
    path: formatPath(path),
    key: shortened(key),
    ...(near !== undefined && { nearest: near }),
  };
}
