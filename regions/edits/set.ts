// Applies assignments such as `weur.weight=50` to a configuration. Pure. The result is validated like a file, so it is
// either a valid configuration or the list of everything that is wrong with it.

import * as v from 'valibot';
import type { MeridianConfig } from '../config.ts';
import { didYouMean } from '../did-you-mean.ts';
import { jsonPlaces } from '../json-places.ts';
import type { Problem } from '../problems.ts';
import { unknownRegion } from '../rules/service.ts';
import { ConfigSchema, RegionSchema } from '../schema.ts';
import { isArray, isObject, isRecord, isUnion, type ObjectSchema, required } from '../schema-kinds.ts';
import { received } from '../schema-problems.ts';
import { type Validation, validateConfig } from '../validate.ts';

/** Top-level fields that an assignment may name; regions are named by their ids. */
const GENERAL_FIELDS = Object.keys(ConfigSchema.entries).filter(
  (key) => key !== 'regions' && key !== '$schema',
);

/** Where a value goes: the object to start from, the keys from there on, and the schema of the value. */
interface Target {
  readonly path: string;
  readonly root: Record<string, unknown>;
  readonly keys: readonly string[];
  readonly schema: v.GenericSchema;
}

type Draft = Record<string, unknown> & { readonly regions: Record<string, unknown>[] };
type Found<T> = { ok: true; value: T } | { ok: false; problem: Problem };

/**
 * Applies all assignments, or none. `<region>.<field>=<value>` or `<field>=<value>`; list items are separated by commas,
 * objects are JSON, and nothing after the `=` restores the default. `config` is not changed.
 */
export function applyAssignments(config: MeridianConfig, assignments: readonly string[]): Validation {
  const draft = JSON.parse(JSON.stringify(config)) as Draft; // A configuration is JSON.
  // All paths are resolved before anything is written, so that renaming a region hides it from no other assignment.
  const edits = assignments.map((assignment) => editOf(draft, assignment));
  const problems = [
    ...edits.flatMap((edit) => (edit.ok ? [] : [edit.problem])),
    ...repeated(edits.flatMap((edit) => (edit.ok ? [edit.value.target.path] : []))),
  ];
  if (problems.length > 0) return { ok: false, problems, warnings: [] };
  for (const edit of edits) if (edit.ok) write(edit.value.target, edit.value.value);
  return withIds(validateConfig(draft), draft);
}

// `regions[2].weight` -> `weur.weight`: the assignments name regions by id, so the problems do too.
function withIds(result: Validation, { regions }: Draft): Validation {
  const rename = (problem: Problem): Problem => {
    // These are about a file as a whole.
    if (problem.code === 'broken-json' || problem.code === 'wrong-encoding') return problem;
    const path = problem.path.replace(/^regions\[(\d+)\]\.?/, (all, index) => {
      const id = regions[Number(index)]?.id;
      return typeof id === 'string' ? `${id}.` : all;
    });
    return { ...problem, path };
  };
  const warnings = result.warnings.map(rename);
  return result.ok ? { ...result, warnings } : { ok: false, problems: result.problems.map(rename), warnings };
}

function editOf(draft: Draft, assignment: string): Found<{ target: Target; value: unknown }> {
  const equals = assignment.indexOf('=');
  if (equals < 1) {
    const expected = 'a field and its value, such as "weur.weight=50" or "routing.bandMs=5"';
    return refuse({ code: 'bad-value', path: '', expected, received: received(assignment) });
  }
  const target = findTarget(draft, assignment.slice(0, equals).trim());
  if (!target.ok) return target;
  const value = parseValue(target.value, assignment.slice(equals + 1).trim());
  return value.ok ? { ok: true, value: { target: target.value, value: value.value } } : value;
}

function findTarget(draft: Draft, path: string): Found<Target> {
  const [first = '', ...rest] = path.split('.');
  if (GENERAL_FIELDS.includes(first)) {
    return walk({ path: '', root: draft, keys: [], schema: ConfigSchema }, [first, ...rest]);
  }
  const [id = '', ...keys] = first === 'regions' ? rest : [first, ...rest];
  const region = draft.regions.find((each) => each.id === id);
  if (region === undefined) return refuse(unknownStart(draft, id, first === 'regions'));
  if (keys.length === 0) return refuse(notOneValue(id, RegionSchema));
  return walk({ path: id, root: region, keys: [], schema: RegionSchema }, keys);
}

function unknownStart(draft: Draft, id: string, isRegion: boolean): Problem {
  const ids = draft.regions.map((region) => String(region.id));
  if (isRegion || didYouMean(id, ids) !== undefined) return unknownRegion('', id, ids);
  const near = didYouMean(id, GENERAL_FIELDS);
  if (near !== undefined) return { code: 'unknown-key', path: '', key: id, nearest: near };
  return unknownRegion('', id, [...ids, ...GENERAL_FIELDS]);
}

function walk(from: Target, keys: readonly string[]): Found<Target> {
  const [key, ...rest] = keys;
  if (key === undefined) return { ok: true, value: from };
  if (isRecord(from.schema)) {
    const [issue] = v.safeParse(from.schema.key, key).issues ?? [];
    if (issue !== undefined) {
      const name = received(key);
      return refuse({ code: 'bad-value', path: from.path, expected: issue.message, received: name });
    }
    return walk(stepInto(from, key, from.schema.value), rest);
  }
  const schema = objectIn(from.schema);
  const next = schema !== undefined && Object.hasOwn(schema.entries, key) ? schema.entries[key] : undefined;
  if (next === undefined) {
    const near = didYouMean(key, Object.keys(schema?.entries ?? {}));
    return refuse({
      code: 'unknown-key',
      path: from.path,
      key,
      ...(near !== undefined && { nearest: near }),
    });
  }
  return walk(stepInto(from, key, next), rest);
}

function stepInto({ path, root, keys }: Target, key: string, schema: v.GenericSchema): Target {
  return { path: path === '' ? key : `${path}.${key}`, root, keys: [...keys, key], schema: required(schema) };
}

// The schema itself if it is an object, otherwise its option that is one (a custom instance type).
function objectIn(schema: v.GenericSchema): ObjectSchema | undefined {
  if (isObject(schema)) return schema;
  return isUnion(schema) ? schema.options.find(isObject) : undefined;
}

/** The text as the field's type; what it may be beyond that, validation says. `undefined` is the default. */
function parseValue({ path, schema }: Target, text: string): Found<unknown> {
  if (text === '') return { ok: true, value: undefined };
  if (text.startsWith('{') || text.startsWith('[')) return parseJson(path, text);
  if (isObject(schema)) return refuse(notOneValue(path, schema));
  if (isRecord(schema)) return refuse(notOneValue(path, { entries: { '<name>.<field>': schema.value } }));
  if (isArray(schema)) return { ok: true, value: text.split(',').map((item) => item.trim()) };
  if (schema.type === 'number') {
    // Number() would also accept "0x10" and "Infinity", which nobody means.
    const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
    return isNumber ? { ok: true, value: Number(text) } : wrongType(path, 'a number', text);
  }
  if (schema.type === 'boolean') {
    const value = new Map([
      ['true', true],
      ['false', false],
    ]).get(text);
    return value === undefined ? wrongType(path, 'true or false', text) : { ok: true, value };
  }
  return { ok: true, value: text };
}

function parseJson(path: string, text: string): Found<unknown> {
  try {
    const value: unknown = JSON.parse(text);
    const [repeated] = jsonPlaces(text).repeated;
    return repeated === undefined ? { ok: true, value } : refuse({ code: 'repeated-key', ...repeated, path });
  } catch {
    return wrongType(path, 'valid JSON, since it starts with { or [', text);
  }
}

function notOneValue(path: string, { entries }: { entries: object }): Problem {
  const expected = `assigned field by field (${Object.keys(entries)
    .map((key) => `${path}.${key}`)
    .join(', ')})`;
  return { code: 'bad-value', path, expected, received: 'assigned as a whole' };
}

function wrongType(path: string, expected: string, text: string): Found<never> {
  return refuse({ code: 'wrong-type', path, expected, received: received(text) });
}

function refuse(problem: Problem): Found<never> {
  return { ok: false, problem };
}

function repeated(paths: readonly string[]): Problem[] {
  return paths
    .filter((path, index) => paths.indexOf(path) !== index)
    .map((path) => ({ code: 'bad-value', path, expected: 'assigned once', received: 'assigned twice' }));
}

function write({ root, keys }: Target, value: unknown): void {
  let place = root;
  for (const key of keys.slice(0, -1)) {
    const inside = place[key];
    // The object is absent, or a named instance type is replaced by a custom one.
    if (typeof inside !== 'object' || inside === null) place[key] = {};
    place = place[key] as Record<string, unknown>;
  }
  const last = keys.at(-1) ?? '';
  if (value === undefined) delete place[last];
  else place[last] = value;
}
