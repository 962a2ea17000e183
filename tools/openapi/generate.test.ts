import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { ENDPOINTS } from '../../api/endpoints.ts';
import { OPENAPI } from '../../worker/status/openapi-document.ts';
import { generated } from './generate.ts';

/** How many bytes a Worker may spend on its own description. */
const MAX_BYTES = 80 * 1024;

const document = JSON.parse(OPENAPI);

test('the generated files are what the contract says; if not: npm run openapi', () => {
  for (const [path, text] of generated()) {
    const checkedIn = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    expect(checkedIn === text, `${path} is stale: npm run openapi`).toBe(true);
  }
});

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  expect(await validator.validate(document)).toMatchObject({ valid: true });
  expect(validator.version).toBe('3.1');
});

test('a document that is none is not', async () => {
  const { info: _info, ...headless } = document;
  expect(await new Validator().validate(headless)).toMatchObject({ valid: false });
});

test('every endpoint is in it, under a name of its own', () => {
  const operations = ENDPOINTS.filter(({ sameAs }) => sameAs === undefined).map(
    ({ method, path }) => document.paths[path][method.toLowerCase()].operationId,
  );
  expect(new Set(operations).size).toBe(operations.length);
  for (const { path } of ENDPOINTS) expect(document.paths).toHaveProperty([path]);
});

test('every reference leads somewhere', () => {
  const references = [...OPENAPI.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, pointer]) => pointer ?? '');
  expect(references.length).toBeGreaterThan(50);
  for (const pointer of references) {
    const keys = pointer.split('/').map((key) => key.replaceAll('~1', '/'));
    expect(document, pointer).toHaveProperty(keys);
  }
});

test('it stays small', () => {
  expect(Buffer.byteLength(OPENAPI)).toBeLessThan(MAX_BYTES);
});
