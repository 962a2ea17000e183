// A decision as text: the compact form for the header, and a table for people. Filters give the text of their effects.

import { formatTable } from '../regions/table.ts';
import type { Assessment, Decision, Failover } from './decision.ts';
import type { AnyEffect, AnyFilter } from './filter.ts';
import { FILTERS } from './filters/all.ts';
import { inMs } from './milliseconds.ts';

/**
 * The compact form in the header `x-nats-decision`, fields joined by `;`, for tools:
 * `v=3;entry=colo:SYD;rank=oc,apac,wnam;ms=12,118,160;flags=failover,panic;failed=oc;from=oc:not-taken`. `flags` and
 * what follows are there only if they have something to say.
 */
export function compactDecision(decision: Decision): string {
  const { version, entry, candidates, pinned, panic, refusal, failover, failed = [] } = decision;
  const flags = [
    ...(failover === undefined ? [] : ['failover']),
    ...(pinned ? ['pin'] : []),
    ...(panic ? ['panic'] : []),
    ...(refusal === undefined ? [] : [`refused-${refusal.name}`]),
  ];
  return [
    `v=${version}`,
    `entry=${entry.source}:${entry.value}`,
    `rank=${candidates.map(({ region }) => region).join(',')}`,
    `ms=${candidates.map(({ estimate }) => Math.round(estimate.finalMs)).join(',')}`,
    ...(flags.length > 0 ? [`flags=${flags.join(',')}`] : []),
    ...(failed.length > 0 ? [`failed=${failed.map(({ region }) => region).join(',')}`] : []),
    ...(failover === undefined ? [] : [`from=${failover.from}:${failover.cause.code}`]),
  ].join(';');
}

/**
 * A short table for people: the regions in their order, then the rejected ones, with what the filters said.
 *
 * @param filters those of the plan that decided
 */
export function decisionTable(decision: Decision, filters: readonly AnyFilter[] = FILTERS): string {
  const { entry, version, candidates, rejected, refusal, failover, failed, panic, wake, notes } = decision;
  const rows = [
    ['rank', 'region', 'estimate', 'prior', 'measured', 'score', 'why'],
    ...candidates.map((each, index) => rowOf(each, String(index + 1), inMs(each.scoreMs), filters)),
    ...rejected.map((each) => rowOf(each, '-', '', filters)),
  ];
  return [
    `from ${entry.source} ${entry.value}, configuration ${version}`,
    formatTable(rows),
    ...(refusal === undefined ? [] : [`refused: ${refusal.name}`]),
    ...(failover === undefined ? [] : [describeFailover(failover, decision.winner, filters)]),
    ...(failed ?? []).map(({ region, reason, ms: spent }) => `tried ${region} for ${inMs(spent)}: ${reason}`),
    ...(panic ? ['panic: too few regions look healthy, so guesses at it were ignored'] : []),
    ...(wake === undefined ? [] : [`waking ${wake} for those who come next`]),
    ...notes.map((note) => `note: ${note}`),
  ].join('\n');
}

/** Why another region serves the client than the one that should. */
export function describeFailover(
  { from, cause }: Failover,
  winner: string | undefined,
  filters: readonly AnyFilter[] = FILTERS,
): string {
  const why =
    cause.effect === 'fail' ? `did not take the client: ${cause.message}` : describeEffect(cause, filters);
  return `failover from ${from}${winner === undefined ? '' : ` to ${winner}`}: ${why}`;
}

/** The text of an effect, from its filter. */
export function describeEffect(effect: AnyEffect, filters: readonly AnyFilter[] = FILTERS): string {
  const { words } = filters.find((filter) => Object.hasOwn(filter.words, effect.code)) ?? {};
  const describe = words?.[effect.code] as ((effect: AnyEffect) => string) | undefined;
  return describe?.(effect) ?? effect.code;
}

function rowOf(
  { region, estimate, effects }: Assessment,
  rank: string,
  score: string,
  filters: readonly AnyFilter[],
): string[] {
  const { finalMs, priorMs, measuredMs, samples } = estimate;
  const measured = measuredMs === undefined ? '' : `${inMs(measuredMs)} (${Math.ceil(samples)})`;
  const why = effects.map((effect) => describeEffect(effect, filters)).join('; ');
  return [rank, region, inMs(finalMs), inMs(priorMs), measured, score, why];
}
