// `npm run loadtest` cannot run or report. The message says what is wrong, where, and the likely fix; since that is
// enough, the command prints it without a stack trace and exits with its code.

/** Exit codes of the command that are its own; others are k6's. */
export const EXIT = {
  ok: 0,
  /** Wrong arguments, a file that cannot be read or written, anything unforeseen. */
  failed: 1,
  /** k6 or nats-server was not found, and could not be downloaded or built. */
  noProgram: 2,
  /** Nothing that serves NATS answers at the target. */
  targetDown: 3,
  /** The target refuses our credentials. */
  refused: 4,
  /** `compare --fail-on-worse` found something worse. */
  worse: 1,
  /** Thresholds were crossed; k6's own code. */
  thresholdsCrossed: 99,
  interrupted: 130,
} as const;

export class LoadtestError extends Error {
  override readonly name = 'LoadtestError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
