// How a call of the API fails. What words and exit codes come of it is for the caller to say.

import type { ErrorDetails } from './error-answer.ts';

/** The edge, or something in front of it, answered with an error. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Undefined where the answer is not one of Meridian's: a proxy's page, a login, another server. */
  readonly code: string | undefined;
  readonly details: ErrorDetails;

  constructor(status: number, body: unknown) {
    const error = errorIn(body);
    super(error?.message ?? `the answer has the status ${status} and does not say why`);
    const { code, message: _message, ...details } = error ?? {};
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** No answer came, or not in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  readonly isLate: boolean;
  /** What the system calls it, such as `ECONNREFUSED`; a sentence where it has no name for it. */
  readonly reason: string;
  /** Whether what was asked for may have been done all the same, and only the answer been lost. */
  readonly mayHaveHappened: boolean;

  constructor(what: string, isChange: boolean, cause: unknown) {
    const { name, message: said, cause: deeper } = cause as Error;
    // fetch says "fetch failed", and what it means is the cause of that.
    const { code, message } = (deeper ?? { message: said }) as { code?: string; message?: string };
    const reason = code ?? message ?? 'no connection';
    super(`${what}: ${reason}`, { cause });
    this.isLate = name === 'TimeoutError';
    this.reason = reason;
    this.mayHaveHappened = isChange && code !== 'ECONNREFUSED';
  }
}

/** Codes that a later Meridian may have are taken as they are. */
interface ErrorFields extends ErrorDetails {
  readonly code: string;
  readonly message: string;
}

function errorIn(body: unknown): ErrorFields | undefined {
  const error = (body as { error?: Partial<ErrorFields> } | null | undefined)?.error;
  return typeof error?.code === 'string' && typeof error.message === 'string'
    ? (error as ErrorFields)
    : undefined;
}
