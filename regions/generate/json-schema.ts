// The JSON Schema of regions.json, generated from the valibot schema. Used by the command only: the converter is
// a development dependency and must not end up in the Worker.

import { toJsonSchema } from '@valibot/to-json-schema';
import { formatJson } from '../format-json.ts';
import { ConfigSchema } from '../schema.ts';

/** The text of regions.schema.json. */
export function generateJsonSchema(): string {
  const { $schema, ...schema } = toJsonSchema(ConfigSchema, { target: 'draft-2020-12', typeMode: 'input' });
  return formatJson({ $schema, title: 'Meridian regions', ...schema });
}
