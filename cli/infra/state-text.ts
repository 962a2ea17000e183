// What a state says of itself outside of what is encrypted. Pure.

import * as v from 'valibot';

const StateSchema = v.object({
  serial: v.pipe(v.number(), v.integer(), v.minValue(0)),
  lineage: v.pipe(v.string(), v.minLength(1)),
  encrypted_data: v.optional(v.string()),
});

export interface StateFacts {
  /** Goes up by one with each change. */
  readonly serial: number;
  /** Made with the state, and never changed: two states with the same one are of the same history. */
  readonly lineage: string;
  readonly encrypted: boolean;
}

/** Undefined for what is no state. */
export function readStateText(text: string): StateFacts | undefined {
  try {
    const { serial, lineage, encrypted_data: data } = v.parse(StateSchema, JSON.parse(text));
    return { serial, lineage, encrypted: data !== undefined };
  } catch {
    return undefined;
  }
}
