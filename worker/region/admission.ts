// A region asks the Keeper before its JetStream server starts or is ended by force (jetstream/keeper.ts). Where the
// Keeper does not answer, nothing is started and nothing ended: both could cost what is stored.

import type { RegionConfig } from '../../regions/config.ts';
import type { StartAnswer } from '../jetstream/admission/admission.ts';
import type { KeeperMethods } from '../jetstream/keeper-stub.ts';
import { publicMessageOf } from '../message-of.ts';
import type { LifecycleEvent } from './lifecycle-events.ts';

type AsksFor = Pick<RegionConfig, 'id' | 'jetstream'>;

/** How often a region that waits, or is held, asks again. */
export const ASK_AGAIN_MS = 1_000;

const NO_KEEPER = 'the deployment has no Keeper: add the binding JETSTREAM_KEEPER and deploy';

export class Admission {
  readonly #keeper: () => KeeperMethods | undefined;
  /** Of the start that asked last: an earlier one asks no more. */
  #start = 0;

  constructor(keeper: () => KeeperMethods | undefined) {
    this.#keeper = keeper;
  }

  /** Returns whether the server is to start, once it may; reports while it waits. False if another start has begun. */
  async wait(region: AsksFor, tell: (event: LifecycleEvent) => Promise<void>): Promise<boolean> {
    this.#start += 1;
    const start = this.#start;
    if (!region.jetstream) return true;
    while (true) {
      const answer = await this.#mayStart(region);
      if (start !== this.#start) return false;
      if (answer.mayStart) {
        await tell({ kind: 'admitted' });
        return true;
      }
      await tell({ kind: 'must-wait', why: answer.why });
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      if (start !== this.#start) return false;
    }
  }

  /**
   * Whether the server must take no clients yet.
   *
   * @param ifUnknown where the Keeper does not answer
   */
  async isHeld({ id, jetstream }: AsksFor, ifUnknown: boolean): Promise<boolean> {
    if (!jetstream) return false;
    try {
      return (await this.#keeper()?.isHeld(id)) ?? false;
    } catch {
      return ifUnknown;
    }
  }

  /**
   * Why the server must not be linked with another region's now; undefined if it may be. Where the Keeper does not answer,
   * two JetStream servers are not linked; clients' messages cross all other links.
   */
  whyNotLink({ id, jetstream }: AsksFor, peer: AsksFor): Promise<string | undefined> | undefined {
    if (!jetstream && !peer.jetstream) return undefined;
    const asked = this.#keeper()?.whyNotLink(id, peer.id);
    return asked?.catch((error: unknown) => (jetstream && peer.jetstream ? noAnswer(error) : undefined));
  }

  /** Why the server must not be ended by force; undefined if it may be. */
  async whyNotEnd({ id, jetstream }: AsksFor): Promise<string | undefined> {
    if (!jetstream) return undefined;
    try {
      const keeper = this.#keeper();
      return keeper === undefined ? NO_KEEPER : await keeper.whyNotEnd(id);
    } catch (error) {
      return noAnswer(error);
    }
  }

  /**
   * The server leads a stream that it did not lead before: were it lost before the Keeper has looked, nobody would know that
   * there was such a stream. Never rejects: where the Keeper does not answer, it looks at its usual time.
   */
  async leadsMore(): Promise<void> {
    await this.#keeper()
      ?.lookNow()
      .catch((error: unknown) => console.warn(`JetStream: ${noAnswer(error)}`));
  }

  async #mayStart({ id }: AsksFor): Promise<StartAnswer> {
    try {
      return (await this.#keeper()?.mayStart(id)) ?? { mayStart: false, why: NO_KEEPER };
    } catch (error) {
      return { mayStart: false, why: noAnswer(error) };
    }
  }
}

function noAnswer(error: unknown): string {
  const why = publicMessageOf(error, 'the call to it failed', 'the Keeper does not answer');
  return `the Keeper, which says whether a JetStream server may start or end, does not answer: ${why}`;
}
