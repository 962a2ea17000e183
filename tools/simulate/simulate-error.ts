// What the simulation cannot do because of what it was given. The message says what is wrong, where, and is all
// that a person needs; the command prints it without a stack.

export class SimulateError extends Error {
  override readonly name = 'SimulateError';
}
