// What is known of a link: a type. Plain data, since it crosses RPC.

import type { LinkState, LinkTransport } from '../../api/states.ts';
import type { RouteCompression } from './route-compression.ts';

/** A link as its dialling side knows it. */
export interface LinkReport {
  readonly peer: string;
  readonly state: LinkState;
  /** Milliseconds since the epoch at which it came to be in this state. */
  readonly since: number;
  /** How often it was re-established. */
  readonly remade: number;
  /** What it goes over, or will go over at its next try. */
  readonly transport: LinkTransport;
  readonly remoteServerId: string | undefined;
  /** How its servers were told to compress it, while it is up. */
  readonly compression?: RouteCompression;
  /** Why it is not compressed, while it is up, although the configuration asks for it. */
  readonly plainBecause?: string;
}
