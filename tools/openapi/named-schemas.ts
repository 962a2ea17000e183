// The contract's schemas as JSON Schemas that refer to each other by name. The document ships in the Worker, so it has
// no descriptions: those are in docs/http-api.md, generated from the same schemas.

import { type JsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import { SCHEMAS, type SchemaName } from '../../api/schemas.ts';

/** The bodies of requests, before defaults are filled in. */
const SENT: ReadonlySet<SchemaName> = new Set([
  'PutBody',
  'RollbackBody',
  'DryRunBody',
  'RestoreBody',
  'SessionBody',
]);

/** It would be a quarter of the document, and is published as regions/regions.schema.json. */
const CONFIG: JsonSchema = { type: 'object' };

export function namedSchemas(): Readonly<Record<SchemaName, JsonSchema>> {
  const settings = { target: 'draft-2020-12', overrideRef: pathTo } as const;
  const answers = toJsonSchemaDefs(SCHEMAS, { ...settings, typeMode: 'output' });
  const bodies = toJsonSchemaDefs(SCHEMAS, { ...settings, typeMode: 'input' });
  const schemaOf = (name: SchemaName): unknown => {
    if (name === 'Config') return CONFIG;
    return SENT.has(name) ? shapeOf(bodies[name]) : shapeOf(answers[name], isForWriters);
  };
  const names = Object.keys(SCHEMAS) as SchemaName[];
  return Object.fromEntries(names.map((name) => [name, schemaOf(name)])) as Record<SchemaName, JsonSchema>;
}

export function refTo(name: SchemaName): { readonly $ref: string } {
  return { $ref: pathTo({ referenceId: name }) };
}

function pathTo({ referenceId }: { readonly referenceId: string }): string {
  return `#/components/schemas/${referenceId}`;
}

type IsLeftOut = (key: string, value: unknown, schema: object) => boolean;

/** Keywords that do not restrict the values. */
const isSilent: IsLeftOut = (key, value, schema) =>
  (key === 'description' && typeof value === 'string') ||
  // No number is larger in JavaScript.
  (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) ||
  // The values say what type they have.
  (key === 'type' && 'enum' in schema);

/** Answers may get fields that a client does not know yet, so it must not refuse them. */
const isForWriters: IsLeftOut = (key, value) =>
  (key === 'additionalProperties' && value === false) || key === 'minimum';

function shapeOf(schema: unknown, isLeftOut: IsLeftOut = () => false): unknown {
  if (Array.isArray(schema)) return schema.map((each) => shapeOf(each, isLeftOut));
  if (typeof schema !== 'object' || schema === null) return schema;
  if (isNullable(schema)) return { type: [schema.anyOf[0].type, 'null'] };
  const kept = Object.entries(schema).filter(
    ([key, value]) => !isSilent(key, value, schema) && !isLeftOut(key, value, schema),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, shapeOf(value, isLeftOut)]));
}

interface Nullable {
  readonly anyOf: readonly [{ readonly type: string }, { readonly type: 'null' }];
}

/** A plain value or null. */
function isNullable(schema: object): schema is Nullable {
  const { anyOf } = schema as Partial<Nullable>;
  const [value, none] = anyOf ?? [];
  return none?.type === 'null' && ['string', 'number', 'integer'].includes(value?.type ?? '');
}
