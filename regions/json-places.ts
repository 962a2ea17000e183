// Where in the text of a JSON file each value stands, and which keys an object has twice: JSON.parse keeps the last of
// them without a word. For texts that JSON.parse has accepted.

import { positionOf } from './json-syntax.ts';
import { formatPath, shortened } from './schema-problems.ts';

/** A key that stands earlier in the same object as well. */
export interface RepeatedKey {
  /** The object that has it twice; empty for the outermost one. */
  readonly path: string;
  readonly key: string;
  readonly line: number;
  readonly column: number;
  readonly firstLine: number;
}

export interface JsonPlaces {
  readonly repeated: readonly RepeatedKey[];
  /** The line of the value at a path such as `regions[2].hint`, or else of the innermost value around it. */
  lineOf(path: string): number | undefined;
}

interface Open {
  /** How many items of a list have begun; undefined for an object. */
  index: number | undefined;
  /** The key or index of the value that comes next. */
  part: string | number;
  /** Offsets of the keys of an object so far. */
  readonly keys: Map<string, number>;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g;

/** Places are kept only this deep: no configuration is deeper, and a path of thousands of levels is long. */
const DEEPEST = 16;

/** Finds keys and places. `text` must be JSON. */
export function jsonPlaces(text: string): JsonPlaces {
  const offsets = new Map<string, number>();
  const repeated: { path: string; key: string; offset: number; first: number }[] = [];
  const open: Open[] = [];
  let isKey = false;

  const path = (): string => formatPath(open.slice(0, DEEPEST).map(({ part }) => partText(part)));
  const note = (offset: number): void => {
    if (open.length <= DEEPEST) offsets.set(path(), offset);
  };
  const begin = (inside: Open, offset: number): void => {
    if (open.at(-1)?.index !== undefined) note(offset);
    open.push(inside);
    isKey = inside.index === undefined;
  };

  for (const { 0: token, index: offset } of text.matchAll(TOKEN)) {
    const inside = open.at(-1);
    if (token === '{') begin({ index: undefined, part: '', keys: new Map() }, offset);
    else if (token === '[') begin({ index: 0, part: 0, keys: new Map() }, offset);
    else if (token === '}' || token === ']') {
      open.pop();
      isKey = false;
    } else if (token === ',' && inside !== undefined) {
      isKey = inside.index === undefined;
      if (inside.index !== undefined) {
        inside.index += 1;
        inside.part = inside.index;
      }
    } else if (isKey && inside !== undefined && token.startsWith('"')) {
      const key = JSON.parse(token) as string;
      const first = inside.keys.get(key);
      if (first === undefined) inside.keys.set(key, offset);
      else {
        const around = formatPath(
          open
            .slice(0, -1)
            .slice(0, DEEPEST)
            .map(({ part }) => partText(part)),
        );
        repeated.push({ path: around, key: shortened(key), offset, first });
      }
      inside.part = key;
      note(offset);
      isKey = false;
    } else if (inside?.index !== undefined && token !== ':') note(offset);
  }

  return {
    repeated: repeated.slice(0, MOST_REPEATED).map(({ path, key, offset, first }) => ({
      path,
      key,
      ...positionOf(text, offset),
      firstLine: positionOf(text, first).line,
    })),
    lineOf: (path) => {
      let place: string | undefined = path;
      while (place !== undefined && !offsets.has(place)) place = placeAround(place);
      return place === undefined ? undefined : positionOf(text, offsets.get(place) ?? 0).line;
    },
  };
}

/** `regions[2].hint` -> `regions[2]` -> `regions`. */
function placeAround(path: string): string | undefined {
  const around = path.replace(/(?:\.|^)[^.[\]]*$|\[\d+\]$/, '');
  return around === path || around === '' ? undefined : around;
}

/** Finding the line of each takes time in proportion to the file, and nobody reads more. */
const MOST_REPEATED = 100;

function partText(part: string | number): string | number {
  return typeof part === 'number' ? part : shortened(part);
}
