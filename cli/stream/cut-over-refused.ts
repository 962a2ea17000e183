// Why a stream is not cut over.

/** `isUnknown`: something did not answer, rather than that it may not be. */
export class CutOverRefused extends Error {
  override readonly name: string = 'CutOverRefused';
  readonly isUnknown: boolean;

  constructor(message: string, { isUnknown = false, cause }: { isUnknown?: boolean; cause?: unknown } = {}) {
    super(message, { cause });
    this.isUnknown = isUnknown;
  }
}

/** The copy is a stream of its own by another's doing, or may be: its origins get nothing back, since both would take the same messages. */
export class PerhapsDone extends CutOverRefused {
  override readonly name = 'PerhapsDone';
}

/** Of an origin whose subjects are taken. */
export const NOBODY_STORES =
  'nobody stores what is published to them until this is done, or they are set by hand';
