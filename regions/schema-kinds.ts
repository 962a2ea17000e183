// Tells the kinds of valibot schemas apart, for code that walks the configuration's schema: unknown keys, assignments.

import type * as v from 'valibot';

export type ObjectSchema = v.GenericSchema & { readonly entries: Record<string, v.GenericSchema> };

export function isObject(schema: v.GenericSchema): schema is ObjectSchema {
  return schema.type === 'strict_object';
}

export function isArray(
  schema: v.GenericSchema,
): schema is v.GenericSchema & { readonly item: v.GenericSchema } {
  return schema.type === 'array';
}

/** An object whose keys are names that the configuration gives. */
export type RecordSchema = v.GenericSchema & {
  readonly key: v.GenericSchema;
  readonly value: v.GenericSchema;
};

export function isRecord(schema: v.GenericSchema): schema is RecordSchema {
  return schema.type === 'record';
}

export function isUnion(
  schema: v.GenericSchema,
): schema is v.GenericSchema & { readonly options: v.GenericSchema[] } {
  return schema.type === 'union';
}

export function isPicklist(
  schema: v.GenericSchema,
): schema is v.GenericSchema & { readonly options: readonly string[] } {
  return schema.type === 'picklist';
}

export function isOptional(
  schema: v.GenericSchema,
): schema is v.GenericSchema & { readonly wrapped: v.GenericSchema } {
  return schema.type === 'optional' || schema.type === 'exact_optional';
}

/** The schema of a value that may be absent, without the option to be absent. */
export function required(schema: v.GenericSchema): v.GenericSchema {
  return isOptional(schema) ? required(schema.wrapped) : schema;
}
