// The JSON Schema of regions.json, generated from the valibot schema. Used by the command only: the converter is
// a development dependency and must not end up in the Worker.

import { toJsonSchema } from '@valibot/to-json-schema';
import { formatJson } from '../format-json.ts';
import { ConfigSchema } from '../schema.ts';

/** Which fields a region must have depends on what it is (rules/external.ts). */
const NEEDED_BY_KIND = {
  anyOf: [{ required: ['hint', 'placement'] }, { required: ['kind', 'url'] }],
};

/** The text of regions.schema.json. */
export function generateJsonSchema(): string {
  const { $schema, ...schema } = toJsonSchema(ConfigSchema, { target: 'draft-2020-12', typeMode: 'input' });
  const { regions } = schema.properties ?? {};
  if (typeof regions !== 'object' || typeof regions.items !== 'object') throw new Error('it has no regions');
  const items = { ...regions.items, ...NEEDED_BY_KIND };
  const properties = { ...schema.properties, regions: { ...regions, items } };
  return formatJson({ $schema, title: 'Meridian regions', ...schema, properties });
}
