// Finds all keys that the schema does not know: valibot stops at the first one of each object, and accepts a list as an
// object.

import type * as v from 'valibot';
import { nearest } from './did-you-mean.ts';
import type { Problem } from './problems.ts';
import { isArray, isObject, isOptional, isUnion, type ObjectSchema } from './schema-kinds.ts';
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
  if (!isObject(schema) || typeof input !== 'object' || input === null) return [];
  if (Array.isArray(input)) {
    return [{ code: 'wrong-type', path: formatPath(path), expected: 'an object', received: 'a list' }];
  }
  return Object.entries(input).flatMap(([key, value]) => {
    const known = Object.hasOwn(schema.entries, key) ? schema.entries[key] : undefined;
    return known === undefined
      ? [unknownKey(key, schema, path)]
      : findUnknownKeys(known, value, [...path, key]);
  });
}

function unknownKey(key: string, schema: ObjectSchema, path: Path): Problem {
  const near = nearest(key, Object.keys(schema.entries));
  return {
    code: 'unknown-key',
    path: formatPath(path),
    key: shortened(key),
    ...(near !== undefined && { nearest: near }),
  };
}
