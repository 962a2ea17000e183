// Errors as JSON: `{ "error": { "code", "message", ... } }`.

/** What each error carries besides its code and message. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

export function errorResponse(
  status: number,
  code: string,
  message: string,
  { details, headers }: { details?: ErrorDetails; headers?: HeadersInit } = {},
): Response {
  return Response.json({ error: { code, message, ...details } }, { status, ...(headers && { headers }) });
}
