// Errors as JSON: `{ "error": { "code", "message", ... } }`, with the status that belongs to the code, and with
// `Retry-After` if a retry may succeed.

import type { ErrorAnswer, ErrorDetails } from '../api/error-answer.ts';
import { ERROR_STATUS, type ErrorCode, retryAfterSeconds } from '../api/errors.ts';
import { RETRY_AFTER_HEADER } from '../api/headers.ts';

/** Some of a message may be of the request, which is as long as the client likes. */
const MESSAGE_CHARACTERS = 2_000;

export function errorResponse(
  code: ErrorCode,
  message: string,
  { details, headers }: { details?: ErrorDetails; headers?: HeadersInit } = {},
): Response {
  const answer: ErrorAnswer = { error: { code, message: cut(message), ...details } };
  const response = Response.json(answer, { status: ERROR_STATUS[code], ...(headers && { headers }) });
  const seconds = retryAfterSeconds(code);
  if (seconds !== undefined && !response.headers.has(RETRY_AFTER_HEADER))
    response.headers.set(RETRY_AFTER_HEADER, String(seconds));
  return response;
}

function cut(message: string): string {
  return message.length > MESSAGE_CHARACTERS ? `${message.slice(0, MESSAGE_CHARACTERS)}…` : message;
}
