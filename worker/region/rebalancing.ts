// Has the clients of a region with members moved after it has grown, as scaling/decide-rebalance.ts decides at each look,
// and remembers what the servers say of it: in memory, so an object that was reset moves nobody until it grows again.

import {
  decideRebalance,
  type RebalanceDecision,
  type RebalanceMemory,
  type RebalanceSettings,
} from '../../scaling/decide-rebalance.ts';
import type { ScalingAction, SeenServer } from '../../scaling/decision.ts';
import type { LetGo, LetGoAnswer } from './client-mover.ts';

/** Asks one of the region's servers; undefined if it did not answer. */
export type AskToLetGo = (server: number, order: LetGo) => Promise<LetGoAnswer | undefined>;

export class Rebalancing {
  readonly #ask: AskToLetGo;
  #memory: RebalanceMemory = {};
  #decision: RebalanceDecision | undefined;
  readonly #leaving = new Map<number, number>();
  /** Servers that have nobody left to move, with the beginning of the plan. */
  readonly #spent = new Map<number, number>();

  constructor(ask: AskToLetGo) {
    this.#ask = ask;
  }

  get decision(): RebalanceDecision | undefined {
    return this.#decision;
  }

  /** The region is one server, or is out of service. */
  forget(): void {
    this.#memory = {};
    this.#decision = undefined;
    this.#leaving.clear();
    this.#spent.clear();
  }

  /** Decides, and has it done. @param action what else was decided at this look */
  async look(
    seen: readonly SeenServer[],
    action: ScalingAction,
    settings: RebalanceSettings,
    now: number,
  ): Promise<void> {
    const servers = seen.map((server) => ({
      ...server,
      leaving: this.#leaving.get(server.number) ?? 0,
      spentFor: this.#spent.get(server.number),
    }));
    const input = { servers, isScaling: action.kind !== 'none' };
    const { decision, memory } = decideRebalance(this.#memory, input, settings, now);
    this.#memory = memory;
    this.#decision = decision;
    const { since, moves } = decision;
    if (since === null) return;
    const orders = new Map(moves.map(({ server, clients }) => [server, clients]));
    // Those that were told before are seen off in any case.
    for (const [server, leaving] of this.#leaving)
      if (leaving > 0 && !orders.has(server)) orders.set(server, 0);
    await Promise.all([...orders].map(([server, clients]) => this.#order(server, { clients, since })));
  }

  async #order(server: number, order: LetGo): Promise<void> {
    const answer = await this.#ask(server, order);
    if (answer === undefined) return;
    this.#leaving.set(server, answer.leaving);
    if (answer.told < order.clients) this.#spent.set(server, order.since);
  }
}
