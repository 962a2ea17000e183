// Which of its region's servers an object is, by the name under which it is reached. Pure.

import { OWN_SERVER, serverNumberOf } from '../../regions/servers.ts';

/** Where it is kept, such as the object's `storage.kv`. */
export interface IdentityStorage {
  get(key: string): number | undefined;
  put(key: string, number: number): void;
}

const KEY = 'server-number';

/** An object that may be a member, and does not know its name. */
export class NamelessServerError extends Error {
  override readonly name = 'NamelessServerError';

  constructor(region: string) {
    super(
      `region ${region}: an object without a name does not know which server of its region it is, and a member that took itself for the region's own would be a second nats-${region}: reach it by name`,
    );
  }
}

/**
 * Its number among the servers of the region. An object that an alarm wakes may not be told its name, so the number is kept.
 *
 * @param name of the object, as the platform tells it
 * @param hasMembers whether the region may have members, as far as is known
 * @throws NamelessServerError if it cannot be known
 */
export function serverNumberIn(
  storage: IdentityStorage,
  region: string,
  name: string | undefined,
  hasMembers: boolean,
): number {
  const kept = storage.get(KEY);
  if (name === undefined) {
    if (kept === undefined && hasMembers) throw new NamelessServerError(region);
    return kept ?? OWN_SERVER;
  }
  const number = serverNumberOf(region, name);
  if (kept !== number) storage.put(KEY, number);
  return number;
}
