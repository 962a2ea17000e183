// Applies answers to the text of regions.json. Only what they change is written anew: the rest of the file keeps its form. Pure.

import {
  applyEdits,
  findNodeAtLocation,
  type JSONPath,
  modify,
  type Node,
  parse,
  parseTree,
} from 'jsonc-parser';
import { formatJson } from '../../regions/format-json.ts';
import type { Answers } from './answers.ts';
import { PLACES, type Place } from './places.ts';

/** The smallest instance type on which JetStream has memory to speak of. */
const JETSTREAM_INSTANCE = 'standard-1';
const SMALL: ReadonlySet<unknown> = new Set([undefined, 'lite', 'basic']);

const FORMAT = { insertSpaces: true, tabSize: 2, eol: '\n' };

interface RawRegion {
  readonly id: string;
  readonly kind?: string;
  readonly keepAwake?: boolean;
  readonly jetstream?: boolean;
  readonly instanceType?: unknown;
}

interface RawConfig {
  readonly defaultRegion?: string;
  readonly regions: readonly RawRegion[];
}

/** @param text a valid configuration. What comes out is for validation to judge. */
export function withAnswers(text: string, answers: Answers): string {
  const { regions, jetstream, awake, operators } = answers;
  let edited = regions === undefined ? text : withRegions(text, regions);
  const set = (path: JSONPath, value: unknown) => {
    if (nodeAt(edited, path)?.value === value) return;
    edited = applyEdits(edited, modify(edited, path, value, { formattingOptions: FORMAT }));
  };
  for (const [index, region] of rawOf(edited).regions.entries()) {
    if (region.kind === 'external') continue;
    const at = (field: keyof RawRegion) => ['regions', index, field];
    const takesPart = jetstream?.includes(region.id) ?? region.jetstream === true;
    // One that takes part may not sleep.
    if (awake !== undefined || jetstream?.includes(region.id)) {
      const staysAwake = awake?.includes(region.id) ?? true;
      set(at('keepAwake'), staysAwake || undefined);
    }
    if (jetstream === undefined) continue;
    set(at('jetstream'), takesPart || undefined);
    if (takesPart && SMALL.has(region.instanceType)) set(at('instanceType'), JETSTREAM_INSTANCE);
  }
  if (typeof operators === 'object') {
    set(['admin', 'accessTeamDomain'], operators.team);
    set(['admin', 'accessAudience'], operators.audience);
  }
  return edited;
}

function withRegions(text: string, chosen: readonly string[]): string {
  const { regions, defaultRegion } = rawOf(text);
  let edited = text;
  // Added first, so that the list is never empty; removed from the end, so that those before keep their places.
  for (const id of chosen) {
    const place = PLACES.find((each) => each.id === id);
    if (place !== undefined && !regions.some((each) => each.id === id)) edited = withPlace(edited, place);
  }
  for (const [index, { id, kind }] of [...regions.entries()].toReversed())
    if (kind !== 'external' && !chosen.includes(id)) edited = withoutRegion(edited, index);
  const isLeft = defaultRegion === undefined || rawOf(edited).regions.some(({ id }) => id === defaultRegion);
  return isLeft ? edited : applyEdits(edited, modify(edited, ['defaultRegion'], undefined, {}));
}

/** At the end of the regions, formatted as the linter wants it. */
function withPlace(text: string, place: Place): string {
  const last = nodeAt(text, ['regions'])?.children?.at(-1);
  if (last === undefined) throw new Error('regions.json has no region');
  const end = last.offset + last.length;
  const written = formatJson({ ...place, keepAwake: true })
    .trimEnd()
    .replaceAll('\n', '\n    ');
  return `${text.slice(0, end)},\n    ${written}${text.slice(end)}`;
}

/** With the comma and the space on one side of it. */
function withoutRegion(text: string, index: number): string {
  const regions = nodeAt(text, ['regions'])?.children ?? [];
  const [before, region, after] = [regions[index - 1], regions[index], regions[index + 1]];
  if (region === undefined) return text;
  const end = region.offset + region.length;
  if (before !== undefined) return text.slice(0, before.offset + before.length) + text.slice(end);
  return text.slice(0, region.offset) + text.slice(after?.offset ?? end);
}

function nodeAt(text: string, path: JSONPath): Node | undefined {
  const root = parseTree(text);
  return root === undefined ? undefined : findNodeAtLocation(root, path);
}

function rawOf(text: string): RawConfig {
  return parse(text) as RawConfig;
}
