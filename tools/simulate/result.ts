// The results of the simulation for one scenario, as data: `--json` prints them, report.ts turns them into text.

import type { Decision } from '../../routing/decision.ts';
import { type Learning, type LearningOptions, type LearningStep, learn } from './learning.ts';
import { coldDecision, POLICY_NAMES, type PolicyName, policiesOf } from './policies.ts';
import { type Choice, choicesOf, type Score, scoreOf, worstOf } from './score.ts';
import type { Setup } from './setup.ts';
import { wayBetween } from './way.ts';

export interface ScenarioResult extends Learning {
  readonly name: string;
  readonly regions: readonly string[];
  readonly policies: Readonly<Record<PolicyName, Score>>;
  /** Meridian's score by continent, in alphabetical order. */
  readonly continents: Readonly<Record<string, Score>>;
  readonly learning: readonly LearningStep[];
  readonly worst: readonly WorstClient[];
  readonly notes: readonly string[];
}

/** A client that Meridian serves badly, and why. */
export interface WorstClient {
  readonly id: string;
  readonly country: string;
  readonly continent: string;
  readonly chosen: string;
  readonly chosenMs: number;
  readonly best: string;
  readonly bestMs: number;
  readonly regretMs: number;
  readonly decision: Decision;
  /** Over which links the estimates of the two go (way.ts). */
  readonly chosenWay: string;
  readonly bestWay: string;
}

const WORST_CLIENTS = 10;

/** Simulates one scenario: the choices by the prior alone, for the map, and the result. */
export function simulate(
  setup: Setup,
  options: LearningOptions,
): { readonly result: ScenarioResult; readonly choices: readonly Choice[] } {
  const { name, regions, clients, notes } = setup;
  const policies = policiesOf(setup);
  const scores = POLICY_NAMES.map((policy) => {
    const choices = choicesOf(clients, regions, policies[policy]);
    return [policy, scoreOf(choices, clients.length)] as const;
  });
  const choices = choicesOf(clients, regions, policies.meridian);
  const result = {
    name,
    regions: regions.map(({ id }) => id),
    policies: Object.fromEntries(scores) as Record<PolicyName, Score>,
    continents: continentsOf(setup, choices),
    ...learn(setup, options),
    worst: worstOf(choices, WORST_CLIENTS).map((choice) => toWorst(choice, setup)),
    notes,
  };
  return { result, choices };
}

function continentsOf({ clients }: Setup, choices: readonly Choice[]): Record<string, Score> {
  const names = [...new Set(clients.map(({ continent }) => continent))].toSorted();
  return Object.fromEntries(
    names.map((continent) => {
      const asked = clients.filter((client) => client.continent === continent).length;
      return [
        continent,
        scoreOf(
          choices.filter(({ client }) => client.continent === continent),
          asked,
        ),
      ];
    }),
  );
}

function toWorst({ client, ...choice }: Choice, { plan }: Setup): WorstClient {
  const { id, country, continent } = client;
  const decision = coldDecision(client, plan);
  const wayTo = (region: string) => {
    const to = plan.regionsById.get(region)?.config;
    return to === undefined ? '' : wayBetween(decision.entry.coordinates, to);
  };
  const { chosen, best } = choice;
  return { id, country, continent, ...choice, decision, chosenWay: wayTo(chosen), bestWay: wayTo(best) };
}
