// What can go wrong with a store. Each backend turns the errors of its own kind into these; the command turns them into
// exit codes.

/** All errors of stores. Its message names the store, and the likely fix. */
export abstract class StateError extends Error {
  abstract readonly code: 'conflict' | 'unavailable' | 'denied' | 'invalid' | 'standby';
}

/** Somebody else stored something in between. */
export class StateConflictError extends StateError {
  override readonly name = 'StateConflictError';
  readonly code = 'conflict';
  readonly key: string;

  constructor(store: string, key: string, options?: ErrorOptions) {
    super(
      `${store} holds another value of ${key} by now: it was changed in between, and stays as it is.`,
      options,
    );
    this.key = key;
  }
}

/** It does not answer, or is not there. Of a store it may be unknown whether it happened. */
export class StateUnavailableError extends StateError {
  override readonly name = 'StateUnavailableError';
  readonly code = 'unavailable';
}

/** The credentials are missing, wrong, or not enough. */
export class StateDeniedError extends StateError {
  override readonly name = 'StateDeniedError';
  readonly code = 'denied';
}

/** A URL, a key or a value that no store takes. */
export class StateInvalidError extends StateError {
  override readonly name = 'StateInvalidError';
  readonly code = 'invalid';
}

/** It is the copy of another one, which takes the writes. */
export class StateStandbyError extends StateError {
  override readonly name = 'StateStandbyError';
  readonly code = 'standby';
  readonly peer: string;

  constructor(message: string, peer: string) {
    super(message);
    this.peer = peer;
  }
}
