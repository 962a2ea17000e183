// How the command ends: the codes that scripts can rely on, and the error that carries one.

export const EXIT = {
  done: 0,
  refused: 1,
  usage: 2,
  conflict: 3,
  needsDeploy: 4,
  notAuthorized: 5,
  noServer: 6,
  unknown: 7,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `
Exit codes:
  0  done
  1  refused or invalid, or answered with no
  2  wrong usage
  3  conflict: the configuration was changed in between
  4  needs a deploy
  5  not authorized
  6  no server answered
  7  not all could be found out`;

/** Makes the command exit with this message and code. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly exitCode: ExitCode;
  /** What `--json` prints; never a secret. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    exitCode: ExitCode,
    message: string,
    { details = {}, cause }: { details?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.exitCode = exitCode;
    this.details = details;
  }
}
