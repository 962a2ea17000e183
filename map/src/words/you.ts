// Where a client of this place would go and why, in one sentence. Pure.

import type { Route } from '../../../api/route.ts';
import { msText } from './numbers.ts';

/** A part of a sentence; `strong` is what the eye should find. */
export interface Words {
  readonly text: string;
  readonly strong?: true;
}

/** @param nameOf of a region by its id @param who another than who looks: "A client at SYD" */
export function youSentence(
  route: Route,
  nameOf: (region: string) => string,
  who?: string,
): readonly Words[] {
  const { region, entry, candidates, refusal } = route;
  const entering: readonly Words[] =
    who === undefined
      ? [{ text: 'You enter ' }, ...entryWords(entry), { text: '. Your client would ' }]
      : [{ text: `${who} would ` }];
  const [winner] = candidates;
  if (region === null || winner === undefined) {
    return [
      ...entering,
      { text: 'be served by no region', strong: true },
      {
        text:
          refusal === 'residency'
            ? ', because no region may serve its country.'
            : ', because none takes clients now.',
      },
    ];
  }
  return [
    ...entering,
    { text: 'go to ' },
    { text: `${nameOf(region)} (${region})`, strong: true },
    { text: `, about ${msText(winner.estimate.finalMs)} away, because ${reasonOf(route, nameOf)}.` },
  ];
}

function entryWords({ source, value, coordinates }: Route['entry']): readonly Words[] {
  const { latitude, longitude } = coordinates;
  const at = `${degrees(latitude, 'N', 'S')} ${degrees(longitude, 'E', 'W')}`;
  switch (source) {
    case 'colo':
      return [{ text: 'at ' }, { text: value, strong: true }];
    case 'coordinates':
      return [{ text: 'at ' }, { text: at, strong: true }];
    case 'country':
      return [{ text: 'somewhere in ' }, { text: value, strong: true }];
    case 'continent':
      return [{ text: 'somewhere on the continent ' }, { text: value, strong: true }];
    case 'default':
      return [{ text: 'at a place that is not known' }];
  }
}

export function degrees(value: number, positive: string, negative: string): string {
  return `${Math.abs(value).toFixed(1)}° ${value < 0 ? negative : positive}`;
}

/** A clause that follows "because". */
function reasonOf(route: Route, nameOf: (region: string) => string): string {
  const { failover, pinned, candidates, rejected, entry } = route;
  if (pinned) return 'it was asked for';
  if (failover !== null) {
    return `${nameOf(failover.from)}, where it belongs, does not serve it: ${sentencePart(failover.reason)}`;
  }
  if (entry.source === 'default') return 'clients from unknown places go there';
  const [winner] = candidates;
  if (winner === undefined) return 'no other may serve it';
  const nearer = [...candidates.slice(1), ...rejected].filter(
    ({ estimate }) => estimate.finalMs < winner.estimate.finalMs,
  );
  const [nearest] = nearer.toSorted((a, b) => a.estimate.finalMs - b.estimate.finalMs);
  if (nearest === undefined)
    return candidates.length === 1 ? 'no other may serve it' : 'it is the nearest region';
  const [effect] = nearest.effects.toReversed();
  const why = effect ?? winner.effects.at(-1);
  const passed = `${nameOf(nearest.region)}, which is nearer, was passed over`;
  return why === undefined ? passed : `${passed}: ${sentencePart(why.reason)}`;
}

function sentencePart(text: string): string {
  return text.replace(/\.$/, '');
}
