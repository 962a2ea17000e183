// A rollout in words, for terminals. Pure.

import type { Rollout, RolloutEvent, RolloutStepView, RolloutSummary } from '../api/rollouts.ts';
import { describeChange } from '../regions/edits/describe-change.ts';
import { formatTable } from '../regions/table.ts';
import { printable } from './printable.ts';
import { timeText } from './version-text.ts';

/** @param now ms since the epoch */
export function rolloutText(rollout: Rollout, now: number): string {
  const { name, id, description, base, author, steps, verdicts, events } = rollout;
  return [
    `Rollout ${id}, ${name}: ${stateText(rollout, now)}`,
    ...(description === '' ? [] : [printable(description)]),
    `From version ${base} on, by ${printable(author)}.`,
    '',
    ...steps.flatMap((step, n) => stepLines(step, n, rollout)),
    ...(verdicts.length === 0 ? [] : ['', 'Checks:', ...verdicts.map(verdictLine)]),
    ...(events.length === 0 ? [] : ['', 'What happened:', ...events.map(eventLine)]),
  ].join('\n');
}

/** Where it is, in a line. */
export function stateText({ state, why, step, steps, startAt, stepEndsAt }: Rollout, now: number): string {
  const reason = why === null ? '' : `: ${printable(why)}`;
  const place = step < 0 ? `no step of ${steps.length} made yet` : `step ${step + 1} of ${steps.length}`;
  switch (state) {
    case 'scheduled':
      return `starts at ${startAt === null ? 'once' : timeText(new Date(startAt).toISOString())}`;
    case 'running': {
      const left = stepEndsAt === null ? 0 : Math.max(0, Math.round((stepEndsAt - now) / 1_000));
      return `${place}${step < 0 ? '' : left > 0 ? `, ${left} s more` : ', waits for its checks'}${reason}`;
    }
    case 'paused':
      return `paused at ${place}${reason}`;
    case 'done':
      return `done, ${steps.length} steps`;
    case 'aborted':
      return `aborted at ${place}${reason}`;
  }
}

/** How much of it is done, from 0 to 1. */
export function shareOf({ state, step, steps }: Pick<Rollout, 'state' | 'step' | 'steps'>): number {
  return state === 'done' ? 1 : Math.max(0, step) / steps.length;
}

function stepLines(step: RolloutStepView, n: number, { step: current, state }: Rollout): readonly string[] {
  const { note, changes, forecast, version, fact } = step;
  const isCurrent = n === current && state !== 'done';
  const mark = n < current || (n === current && !isCurrent) ? 'x' : isCurrent ? '>' : ' ';
  const as = version === null ? '' : ` (version ${version})`;
  const lines = [
    `[${mark}] ${n + 1}. for ${step.for}${note === undefined ? '' : `, ${printable(note)}`}${as}`,
    ...changes.map((change) => `      ${printable(describeChange(change))}`),
    ...(changes.length === 0 ? ['      changes nothing'] : []),
  ];
  if (forecast !== null && changes.length > 0)
    lines.push(
      `      forecast: ${percent(forecast.movedShare)} of new clients would go elsewhere (${forecast.source === 'traffic' ? 'from counted traffic' : 'from where people live'})`,
    );
  if (fact !== null && fact.connects > 0)
    lines.push(
      `      came: ${fact.connects} clients, ${fact.elsewhereShare === null ? 'unknown' : percent(fact.elsewhereShare)} of them elsewhere than forecast`,
    );
  return lines;
}

function verdictLine({ check, outcome, words, inARow }: Rollout['verdicts'][number]): string {
  const times = inARow > 1 ? ` (${inARow} times in a row)` : '';
  return `  ${outcome.padEnd('unknown'.length)}  ${printable(`${check}: ${words}`)}${times}`;
}

function eventLine({ at, what, by, words }: RolloutEvent): string {
  return `  ${timeText(new Date(at).toISOString())}  ${what} by ${printable(by)}: ${printable(words)}`;
}

export function rolloutsTable(rollouts: readonly RolloutSummary[]): string {
  const rows = rollouts.map(({ id, name, state, step, steps, author, createdAt, why }) => [
    String(id),
    printable(name),
    state,
    `${Math.max(0, step + 1)} of ${steps}`,
    printable(author),
    timeText(new Date(createdAt).toISOString()),
    printable(why ?? ''),
  ]);
  return formatTable([['id', 'name', 'state', 'steps', 'by', 'created', 'why'], ...rows]);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
