// Which transport a link is tried with next. `connect()` between objects is the rule; where it is refused, or breaks, the
// link goes over RPC. Pure: the link (link.ts) tells what became of its tries.

import type { LinkTransport } from '../../api/states.ts';

/** One of them, always; or `auto`: the other one after a failure. */
export type TransportSetting = LinkTransport | 'auto';

/** A link that breaks before it was up for this long is tried with the other transport: this one may be why. */
export const PROVEN_LINK_MS = 60_000;

const OTHER = { connect: 'rpc', rpc: 'connect' } as const satisfies Record<LinkTransport, LinkTransport>;

export class TransportChoice {
  readonly #setting: TransportSetting;
  #current: LinkTransport;
  /** Both have failed since one of them was last known to be good: changing them is no reason to hurry. */
  #hasChanged = false;

  constructor(setting: TransportSetting) {
    this.#setting = setting;
    this.#current = first(setting);
  }

  /** What the next try uses, or the link that is up. */
  get current(): LinkTransport {
    return this.#current;
  }

  /** A try failed, though nobody refused it. Returns whether the next one is worth making at once, since nothing is known against it. */
  failed(): boolean {
    if (this.#setting !== 'auto') return false;
    this.#current = OTHER[this.#current];
    const isNew = !this.#hasChanged;
    this.#hasChanged = true;
    return isNew;
  }

  /** A link that was up has ended. */
  ended(lastedMs: number): void {
    if (lastedMs < PROVEN_LINK_MS) this.failed();
    else this.#hasChanged = false;
  }

  /** What was learned concerns a server that is no more. */
  forget(): void {
    this.#current = first(this.#setting);
    this.#hasChanged = false;
  }
}

function first(setting: TransportSetting): LinkTransport {
  return setting === 'auto' ? 'connect' : setting;
}
