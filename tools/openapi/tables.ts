// The tables of docs/http-api.md, docs/members.md and docs/sessions.md, generated from the contract in api/. Each is between markers that name it.

import { toJsonSchema } from '@valibot/to-json-schema';
import type { CallerKind } from '../../api/endpoint.ts';
import { ENDPOINTS } from '../../api/endpoints.ts';
import { ERROR_MEANING, ERROR_STATUS, type ErrorCode } from '../../api/errors.ts';
import { HEADERS } from '../../api/headers.ts';
import { SCHEMAS, type SchemaName } from '../../api/schemas.ts';

const CALLERS: Readonly<Record<CallerKind, string>> = {
  anyone: 'anyone',
  reader: 'a token, Access',
  maker: 'as `sessions.madeBy` says',
  admin: 'the admin token, Access',
};

/** The text with every table up to date. @throws Error for a marker that names no table */
export function withTables(text: string): string {
  return text.replaceAll(
    /(<!-- generated: (.+?) -->\n).*?(<!-- end -->)/gs,
    (_all, begin: string, name: string, end: string) => `${begin}\n${tableOf(name)}\n\n${end}`,
  );
}

function tableOf(name: string): string {
  switch (name) {
    case 'endpoints':
      return endpoints();
    case 'headers':
      return headers();
    case 'errors':
      return errors();
  }
  const [what, schema = ''] = name.split(' of ');
  if (what === 'fields' && schema in SCHEMAS) return fields(schema as SchemaName);
  throw new Error(`there is no table "${name}"`);
}

function endpoints(): string {
  const rows = ENDPOINTS.map(({ method, path, caller, summary, query }) => {
    const parameters = query.map(({ name }) => `\`${name}\``).join(', ');
    return [`\`${method} ${path}\``, CALLERS[caller], parameters, summary];
  });
  return table(['endpoint', 'who', 'query', 'what'], rows);
}

function headers(): string {
  const rows = HEADERS.map((header) => [
    `\`${header.name}\``,
    header.in,
    header.what,
    `\`${header.example}\``,
  ]);
  return table(['header', 'in', 'what', 'example'], rows);
}

function errors(): string {
  const codes = Object.keys(ERROR_STATUS) as ErrorCode[];
  const rows = codes.map((code) => [`\`${ERROR_STATUS[code]}\``, `\`${code}\``, ERROR_MEANING[code]]);
  return table(['status', 'code', 'when'], rows);
}

/** Fields whose names explain themselves are together in the first row. */
function fields(name: SchemaName): string {
  const { properties = {}, required = [] } = toJsonSchema(SCHEMAS[name], { typeMode: 'output' });
  const named = Object.entries(properties).map(([field, schema]) => ({
    field: required.includes(field) ? `\`${field}\`` : `\`${field}\` (optional)`,
    what: typeof schema === 'object' ? schema.description : undefined,
  }));
  const plain = named.filter(({ what }) => what === undefined).map(({ field }) => field);
  const described = named.flatMap(({ field, what }) => (what === undefined ? [] : [[field, what]]));
  return table(['field', 'what'], [...(plain.length > 0 ? [[plain.join(', '), '']] : []), ...described]);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
