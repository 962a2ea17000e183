// A request's body as JSON, read only up to a limit: a body may be endless, and its stated length may be false.

import * as v from 'valibot';
import type { ErrorCode } from '../../api/errors.ts';
import { capProblems } from '../../regions/capped-problems.ts';
import { decodeText } from '../../regions/decode-text.ts';
import { jsonPlaces, type RepeatedKey } from '../../regions/json-places.ts';
import { findJsonSyntaxError } from '../../regions/json-syntax.ts';
import { describeProblem, type Problem } from '../../regions/problems.ts';
import { problemsOfIssue } from '../../regions/schema-problems.ts';
import { findUnknownKeys } from '../../regions/unknown-keys.ts';
import { errorResponse } from '../error-response.ts';
import { messageOf } from '../message-of.ts';

/** A configuration is nested 6 deep. Thousands of levels would exhaust the stack of any code that walks them. */
const MOST_NESTED = 64;

/** A configuration of hundreds of regions fits in this several times over. */
export const BODY_LIMIT_BYTES = 256 * 1024;

export type JsonBody<T> = { readonly ok: true; readonly body: T } | JsonRefusal;

export interface JsonRefusal {
  readonly ok: false;
  readonly code: Extract<ErrorCode, 'too_large' | 'bad_json' | 'bad_request'>;
  readonly response: Response;
}

/** The body, if it matches `schema`, or else the answer: 413 `too_large`, 400 `bad_json` or `bad_request`. */
export async function readJsonBody<S extends v.GenericSchema>(
  request: Request,
  schema: S,
): Promise<JsonBody<v.InferOutput<S>>> {
  const { headers } = request;
  if (headers.has('transfer-encoding') && headers.has('content-length')) {
    // Two servers may disagree on where such a body ends (RFC 9112, 6.3).
    return refusal('bad_request', 'the body is both chunked and sized: send one of the two headers only');
  }
  let bytes: Uint8Array | undefined;
  try {
    bytes = await readLimited(request);
  } catch (error) {
    return refusal('bad_request', `the body ended before its end: ${messageOf(error)}`);
  }
  if (bytes === undefined) {
    return refusal('too_large', `the body is larger than ${BODY_LIMIT_BYTES / 1024} KiB`);
  }
  const json = parse(bytes);
  if (!json.ok) return refusal(json.code, json.message);
  const result = v.safeParse(schema, json.value);
  if (result.success) return { ok: true, body: result.output };
  const problems = [
    ...result.issues.flatMap((issue) => problemsOfIssue(issue)),
    ...findUnknownKeys(schema, json.value),
  ];
  return refusal('bad_request', capProblems(problems).map(textOf).join(' '));
}

function textOf(problem: Problem): string {
  const text = describeProblem(problem);
  return problem.path === '' ? `the body: ${text}` : text;
}

async function readLimited(request: Request): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    // Leaving the loop cancels the rest of the body.
    if (length > BODY_LIMIT_BYTES) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

type Parsed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: 'bad_json' | 'bad_request'; readonly message: string };

function parse(bytes: Uint8Array): Parsed {
  const decoded = decodeText(bytes);
  if (!decoded.ok) {
    return { ok: false, code: 'bad_json', message: `the body is not UTF-8 but ${decoded.encoding}` };
  }
  const { text } = decoded;
  if (isNestedTooDeep(text)) {
    const message = `lists and objects in the body are nested more than ${MOST_NESTED} deep`;
    return { ok: false, code: 'bad_request', message };
  }
  try {
    const value: unknown = JSON.parse(text);
    // Of a key that is given twice JSON.parse keeps the last, without a word.
    const [repeated] = jsonPlaces(text).repeated;
    return repeated === undefined
      ? { ok: true, value }
      : { ok: false, code: 'bad_json', message: repeatedKey(repeated) };
  } catch {
    // The message of JSON.parse depends on the engine; examining the text itself tells more.
    const { line, column, expected } = findJsonSyntaxError(text) ?? { line: 1, column: 1, expected: 'JSON' };
    return {
      ok: false,
      code: 'bad_json',
      message: `the body is not JSON: line ${line}, column ${column} should be ${expected}`,
    };
  }
}

function repeatedKey({ path, key, line, column, firstLine }: RepeatedKey): string {
  const where = path === '' ? 'the body' : `${path} in the body`;
  return `${where} has "${key}" twice, in line ${firstLine} and again in line ${line}, column ${column}: remove one of the two`;
}

/** Brackets inside of strings do not count. */
function isNestedTooDeep(text: string): boolean {
  let depth = 0;
  for (const [part] of text.matchAll(/"(?:[^"\\]+|\\.)*"?|[[\]{}]/gs)) {
    if (part === '[' || part === '{') depth += 1;
    else if (part === ']' || part === '}') depth -= 1;
    if (depth > MOST_NESTED) return true;
  }
  return false;
}

function refusal(code: JsonRefusal['code'], message: string): JsonRefusal {
  return { ok: false, code, response: errorResponse(code, message) };
}
