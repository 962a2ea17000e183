// The Keeper: one object that decides when a JetStream server may start, and restores streams.

import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../env.ts';
import type { StartAnswer } from './admission/admission.ts';
import type { KeeperMethods } from './keeper-stub.ts';

export class JetStreamKeeper extends DurableObject<Env> implements KeeperMethods {
  async mayStart(_region: string): Promise<StartAnswer> {
    return { mayStart: true };
  }
}
