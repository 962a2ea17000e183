// What is known of a link: a type. Plain data, since it crosses RPC.

import type { LinkState } from '../../api/states.ts';

/** A link as its dialling side knows it. */
export interface LinkReport {
  readonly peer: string;
  readonly state: LinkState;
  /** Milliseconds since the epoch at which it came to be in this state. */
  readonly since: number;
  /** How often it was re-established. */
  readonly remade: number;
  readonly remoteServerId: string | undefined;
}
