// A decision in words: the compact form of the header, and a table for people. The only place where effects are
// put into words.

import { formatTable } from '../regions/table.ts';
import type { Candidate, Considered, Decision, Failover } from './decision.ts';
import type { Effect } from './effect.ts';

/**
 * The compact form in the header `x-nats-decision`, fields joined by `;`, for tools:
 * `v=3;entry=colo:SYD;rank=oc,apac,wnam;ms=12,118,160;flags=failover,panic;failed=oc;from=oc:not-taken`. `flags` and
 * what comes after them are there only when they say something.
 */
export function compactDecision(decision: Decision): string {
  const { version, entry, candidates, pinned, panic, refusal, failover, failed = [] } = decision;
  const flags = [
    ...(failover === undefined ? [] : ['failover']),
    ...(pinned ? ['pin'] : []),
    ...(panic ? ['panic'] : []),
    ...(refusal === undefined ? [] : [`refused-${refusal}`]),
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

/** A short table for people: the regions in their order, then the rejected ones, with what the filters said. */
export function decisionTable(decision: Decision): string {
  const { entry, version, candidates, rejected, refusal, failover, failed, panic, wake, notes } = decision;
  const rows = [
    ['rank', 'region', 'estimate', 'prior', 'measured', 'score', 'why'],
    ...candidates.map((candidate, index) => candidateRow(candidate, index + 1)),
    ...rejected.map(rejectedRow),
  ];
  return [
    `from ${entry.source} ${entry.value}, configuration ${version}`,
    formatTable(rows),
    ...(refusal === undefined ? [] : [`refused: ${refusal}`]),
    ...(failover === undefined ? [] : [describeFailover(failover, decision.winner)]),
    ...(failed ?? []).map(({ region, reason, ms: spent }) => `tried ${region} for ${ms(spent)}: ${reason}`),
    ...(panic ? ['panic: too few regions look healthy, so health was ignored'] : []),
    ...(wake === undefined ? [] : [`waking ${wake} for those who come next`]),
    ...notes.map((note) => `note: ${note}`),
  ].join('\n');
}

/** Why another region serves than the one that should. */
export function describeFailover({ from, cause }: Failover, winner?: string): string {
  const why = cause.effect === 'fail' ? `did not take the client: ${cause.message}` : describeEffect(cause);
  return `failover from ${from}${winner === undefined ? '' : ` to ${winner}`}: ${why}`;
}

/** An effect in words. */
export function describeEffect(effect: Effect): string {
  switch (effect.code) {
    case 'disabled':
      return 'disabled in the configuration';
    case 'draining':
      return 'draining: takes no new clients';
    case 'denied':
      return `may not serve clients from ${effect.country} (rule: deny ${effect.rule})`;
    case 'not-allowed':
      return `may only serve clients from ${effect.rule}, not from ${effect.country}`;
    case 'not-forced':
      return `the request accepts only ${effect.forced}`;
    case 'dialled-down':
      return `takes ${effect.percent}% of its clients, and not this one`;
    case 'full':
      return `full: ${effect.clients} clients of at most ${effect.limit}`;
    case 'state':
      return `last: it is ${effect.state}`;
    case 'ejected':
      return `last: attempts failed, left out for ${Math.round(effect.forMs)} ms more`;
    case 'cut-off':
      return `last: linked with only ${Math.round(effect.meshShare * 100)}% of the regions`;
    case 'reserve':
      return `in reserve: priority ${effect.priority}`;
    case 'bias':
      return `${signed(effect.ms)}: bias ${effect.factor}`;
    case 'incumbent':
      return `${signed(effect.ms)}: the choice so far, another must be better by this`;
    case 'over-soft-limit':
      return `${signed(effect.ms)}: ${effect.clients} clients, soft limit ${effect.limit}`;
    case 'asleep':
      return `${signed(effect.ms)}: asleep, would have to start`;
    case 'returning':
      return `${signed(effect.ms)}: the client was here before`;
    case 'share':
      return `${signed(effect.ms)}: share of weight ${effect.weight}`;
    case 'asked-for':
      return 'first: asked for by the request';
  }
}

function candidateRow({ region, estimate, scoreMs, effects }: Candidate, rank: number): string[] {
  return [
    String(rank),
    region,
    ms(estimate.finalMs),
    ms(estimate.priorMs),
    measured(estimate),
    ms(scoreMs),
    why(effects),
  ];
}

function rejectedRow({ region, estimate, effects }: Considered): string[] {
  return ['-', region, ms(estimate.finalMs), ms(estimate.priorMs), measured(estimate), '', why(effects)];
}

function measured({ measuredMs, samples }: Considered['estimate']): string {
  return measuredMs === undefined ? '' : `${ms(measuredMs)} (${samples})`;
}

function why(effects: readonly Effect[]): string {
  return effects.map(describeEffect).join('; ');
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${ms(value)}`;
}
