// What a store refuses, as the command reports it.

import { StateError } from '../../state/errors.ts';
import { CommandError, EXIT, type ExitCode } from '../exit.ts';

const EXIT_OF: Readonly<Record<StateError['code'], ExitCode>> = {
  conflict: EXIT.conflict,
  unavailable: EXIT.noServer,
  denied: EXIT.notAuthorized,
  invalid: EXIT.refused,
  standby: EXIT.refused,
};

/** @throws CommandError for an error of a store */
export async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    const { code, message, cause } = error;
    throw new CommandError(EXIT_OF[code], message, { details: { code: `state_${code}` }, cause });
  }
}
