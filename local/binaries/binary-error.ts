// The one error of this folder: a program is not there and could not be had.

/** What was wrong, for a person to read; `tried` has one line for each way that was tried. */
export class BinaryError extends Error {
  override readonly name = 'BinaryError';
  readonly binary: string;
  readonly tried: readonly string[];

  constructor(binary: string, message: string, tried: readonly string[] = []) {
    super(message);
    this.binary = binary;
    this.tried = tried;
  }
}
