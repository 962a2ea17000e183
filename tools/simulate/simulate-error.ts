// The simulation's input is wrong. The message says what is wrong and where; since that is enough, the command prints
// it without a stack trace.

export class SimulateError extends Error {
  override readonly name = 'SimulateError';
}
