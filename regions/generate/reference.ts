// Generates the configuration reference, docs/configuration.md, from the schema: what each field means, its default
// and its range. Used by the command only, like the JSON Schema.

import { generateJsonSchema } from './json-schema.ts';

/** The parts of a JSON Schema that are used here. */
interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly required?: readonly string[];
}

const HEAD = `# Configuration reference

Generated from the schema by \`npm run regions -- sync\`; do not edit. A field with neither a default nor
"required" may be absent.
`;

/** The text of docs/configuration.md. */
export function generateReference(): string {
  const schema = JSON.parse(generateJsonSchema()) as Schema;
  const sections = sectionsOf('The file', schema);
  return `${HEAD}${sections.map(({ title, text, rows }) => `\n## ${title}\n${text}\n${table(rows)}\n`).join('')}`;
}

interface Section {
  readonly title: string;
  readonly text: string;
  readonly rows: readonly (readonly string[])[];
}

/** One section for an object, and one for each object within it. */
function sectionsOf(title: string, schema: Schema): readonly Section[] {
  const fields = Object.entries(schema.properties ?? {}).filter(([name]) => name !== '$schema');
  const rows = fields.map(([name, field]) => [
    `\`${name}\``,
    (field.description ?? '').replaceAll('|', '\\|'),
    rangeOf(field),
    defaultOf(field, schema.required?.includes(name) ?? false),
  ]);
  const inner = fields.flatMap(([name, field]) => {
    const [object, path] = innerOf(name, field);
    return object.properties
      ? sectionsOf(`\`${title.startsWith('`') ? `${title.slice(1, -1)}.` : ''}${path}\``, object)
      : [];
  });
  const text = schema.description === undefined ? '' : `\n${schema.description}\n`;
  return [{ title, text, rows }, ...inner];
}

/** What has fields of its own: the field, each of its list, or each of its names. */
function innerOf(name: string, field: Schema): readonly [Schema, path: string] {
  const { items, additionalProperties: named } = field;
  if (items?.properties) return [items, `${name}[]`];
  return typeof named === 'object' && named.properties ? [named, `${name}.<name>`] : [field, name];
}

function rangeOf({ type, minimum, maximum, enum: values, anyOf, items }: Schema): string {
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ');
  if (anyOf !== undefined)
    return anyOf
      .map(rangeOf)
      .filter((text) => text !== '')
      .join('; or ');
  if (items !== undefined)
    return `list${items.properties ? '' : ` of ${items.enum ? rangeOf(items) : `${items.type}s`}`}`;
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (minimum !== undefined) return `at least ${minimum}`;
  return type === 'boolean' ? '`true`, `false`' : (type ?? '');
}

function defaultOf(field: Schema, isRequired: boolean): string {
  if (isRequired) return 'required';
  if (field.properties !== undefined || field.default === undefined) return '';
  return `\`${JSON.stringify(field.default)}\``;
}

function table(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((row) => `| ${row.join(' | ')} |`);
  return ['| field | what | values | default |', '|---|---|---|---|', ...lines].join('\n');
}
