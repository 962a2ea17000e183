// The one error of this folder: a program was not found, and could not be downloaded or built either.

/** The message is for people; `tried` has one line for each way of getting the program that was tried. */
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
