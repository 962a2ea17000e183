// The OpenAPI document of the HTTP API, generated from the contract in api/. It ships in the Worker, so the meaning of
// fields and codes is left to docs/http-api.md, which is generated from the same contract.

import { ARCHIVE_TYPE } from '../../api/archive.ts';
import { AUDIT_LINES_TYPE } from '../../api/audit.ts';
import type { Endpoint } from '../../api/endpoint.ts';
import { ENDPOINTS } from '../../api/endpoints.ts';
import { ERROR_STATUS, type ErrorCode } from '../../api/errors.ts';
import { DECISION_HEADER, HEADERS, REGION_HEADER } from '../../api/headers.ts';
import { METRICS_TYPES } from '../../api/metrics.ts';
import type { SchemaName } from '../../api/schemas.ts';
import manifest from '../../package.json' with { type: 'json' };
import { namedSchemas, refTo } from './named-schemas.ts';

type Json = Readonly<Record<string, unknown>>;

const TEXT = { type: 'string' };

const ARCHIVE = { [ARCHIVE_TYPE]: {} };

/** The document as plain data. The same contract gives the same document. */
export function openApiDocument(): Json {
  const { version } = manifest;
  const byPath = Map.groupBy(ENDPOINTS, ({ path }) => path);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Meridian',
      version,
      description: 'Meanings: docs/http-api.md',
    },
    security: [{ token: [] }, { access: [] }],
    paths: Object.fromEntries([...byPath].map(([path, endpoints]) => [path, pathItem(endpoints)])),
    components: {
      schemas: namedSchemas(),
      parameters: parameters(),
      responses: { Error: errorAnswer() },
      headers: decisionHeaders(() => ({ schema: TEXT })),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        access: { type: 'apiKey', in: 'cookie', name: 'CF_Authorization', description: 'Cloudflare Access' },
      },
    },
  };
}

function pathItem(endpoints: readonly Endpoint[]): Json {
  const [{ sameAs } = {}] = endpoints;
  if (sameAs !== undefined) return { $ref: `#/paths/${sameAs.replaceAll('/', '~1')}` };
  return Object.fromEntries(endpoints.map((each) => [each.method.toLowerCase(), operationOf(each)]));
}

function operationOf(endpoint: Endpoint): Json {
  const { id, caller, summary, body, takesArchive } = endpoint;
  const names = parameterNamesOf(endpoint);
  return {
    operationId: id,
    summary,
    ...(caller === 'anyone' && { security: [] }),
    ...(names.length > 0 && {
      parameters: names.map((name) => ({ $ref: `#/components/parameters/${name}` })),
    }),
    ...(body !== undefined && { requestBody: { required: true, content: asJson(body) } }),
    ...(takesArchive && { requestBody: { required: true, content: ARCHIVE } }),
    responses: { ...answersOf(endpoint), default: errorsAnswer(endpoint) },
  };
}

function parameterNamesOf({ path, query, decides }: Endpoint): readonly string[] {
  const inPath = placeholdersOf(path);
  const inHeaders = decides === true ? HEADERS.filter((header) => header.in === 'request') : [];
  return [...inPath, ...[...query, ...inHeaders].map(({ name }) => name)];
}

/** A parameter's name means the same everywhere. */
function parameters(): Json {
  const inQuery = ENDPOINTS.flatMap(({ query }) => query).map(({ name, type, what }) => [
    name,
    { name, in: 'query', description: what, schema: { type } },
  ]);
  const inHeaders = HEADERS.filter((header) => header.in === 'request').map(({ name }) => [
    name,
    { name, in: 'header', schema: TEXT },
  ]);
  const inPath = ENDPOINTS.flatMap(({ path }) => placeholdersOf(path)).map((name) => [
    name,
    { name, in: 'path', required: true, schema: TEXT },
  ]);
  return Object.fromEntries([...inPath, ...inQuery, ...inHeaders]);
}

function placeholdersOf(path: string): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
}

function answersOf({ answer, decides }: Endpoint): Json {
  const headers = decides === true && {
    headers: decisionHeaders((name) => ({ $ref: `#/components/headers/${name}` })),
  };
  switch (answer.kind) {
    case 'json': {
      const content = { ...asJson(answer.schema), ...(answer.orText && { 'text/plain': {} }) };
      return Object.fromEntries(
        answer.statuses.map((status) => [status, { description: '', ...headers, content }]),
      );
    }
    case 'document':
      return { 200: { description: 'OpenAPI', content: { 'application/json': {} } } };
    case 'archive':
      return { 200: { description: '', content: ARCHIVE } };
    case 'lines':
      return { 200: { description: '', content: { [AUDIT_LINES_TYPE]: {} } } };
    case 'metrics': {
      const content = Object.fromEntries(METRICS_TYPES.map((type) => [type, {}]));
      return { 200: { description: '', content } };
    }
    case 'live':
      return {
        101: { description: 'each message is one LiveMessage' },
        200: {
          description: 'the same, as events',
          content: { 'text/event-stream': { schema: refTo('LiveMessage') } },
        },
      };
    case 'upgrade':
      return { 101: { description: 'connected', ...headers } };
  }
}

/** All errors have the same form, so one answer represents all errors of an endpoint, and names its specific ones. */
function errorsAnswer({ errors }: Endpoint): Json {
  const ref = '#/components/responses/Error';
  return { $ref: ref, ...(errors.length > 0 && { description: errors.join(', ') }) };
}

/** Says which codes come with which status, and which of them any endpoint may have. */
function errorAnswer(): Json {
  const codes = Object.keys(ERROR_STATUS) as ErrorCode[];
  const statuses = [...Map.groupBy(codes, (code) => ERROR_STATUS[code])];
  const lines = statuses.map(([status, ofStatus]) => `${status} ${ofStatus.join(', ')}`);
  const everywhere = 'Also internal, and with security 401, 403, 429, admin_off';
  return { description: [...lines, everywhere].join('. '), content: asJson('Error') };
}

function decisionHeaders(view: (name: string) => Json): Json {
  return Object.fromEntries([REGION_HEADER, DECISION_HEADER].map((name) => [name, view(name)]));
}

function asJson(schema: SchemaName): Json {
  return { 'application/json': { schema: refTo(schema) } };
}
