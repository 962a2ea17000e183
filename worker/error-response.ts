// Errors as JSON: `{ "error": { "code", "message", ... } }`, with the status that belongs to the code.

import type { ErrorAnswer, ErrorDetails } from '../api/error-answer.ts';
import { ERROR_STATUS, type ErrorCode } from '../api/errors.ts';

export function errorResponse(
  code: ErrorCode,
  message: string,
  { details, headers }: { details?: ErrorDetails; headers?: HeadersInit } = {},
): Response {
  const answer: ErrorAnswer = { error: { code, message, ...details } };
  return Response.json(answer, { status: ERROR_STATUS[code], ...(headers && { headers }) });
}
