// How a call of the API fails. The caller turns these errors into its own messages and exit codes.

import type { ErrorDetails } from './error-answer.ts';

/** The edge, or something in front of it, answered with an error. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Undefined if the answer is not Meridian's: a proxy's page, a login, another server. */
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

/** There was no answer, or it came too late. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  readonly isLate: boolean;
  /** The system's error code, such as `ECONNREFUSED`; a sentence if there is none. */
  readonly reason: string;
  /** Whether the call may have taken effect, and only the answer was lost. */
  readonly mayHaveHappened: boolean;

  constructor(what: string, isChange: boolean, cause: unknown) {
    const { name, message: said, cause: deeper } = cause as Error;
    // fetch says only "fetch failed"; its cause has the reason.
    const { code, message } = (deeper ?? { message: said }) as { code?: string; message?: string };
    const reason = code ?? message ?? 'no connection';
    super(`${what}: ${reason}`, { cause });
    this.isLate = name === 'TimeoutError';
    this.reason = reason;
    this.mayHaveHappened = isChange && code !== 'ECONNREFUSED';
  }
}

/** Unknown codes, from a later version of Meridian, are accepted as they are. */
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
