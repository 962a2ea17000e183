// Finds where a text stops being JSON. JSON.parse reports the position of some errors only, and its messages differ
// between engines. Used after JSON.parse has refused a text, never instead of it.

/** The first position at which the text is not JSON, and what was expected there. */
export interface JsonSyntaxError {
  readonly line: number;
  readonly column: number;
  readonly expected: string;
}

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;

type Expected =
  | 'a value'
  | 'a value or ]'
  | 'a key in double quotes'
  | 'a key in double quotes or }'
  | ':'
  | ', or }'
  | ', or ]'
  | 'the end of the file'
  | EscapedControl;

/** A control character stands in a string as it is. */
type EscapedControl = `an escape such as \\u${string}, since a string holds no control character as it is`;

/** Finds the syntax error of a text that is not JSON; undefined if the text is JSON. */
export function findJsonSyntaxError(text: string): JsonSyntaxError | undefined {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'a value';
  let offset = 0;

  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = offset;
    const found = pattern.exec(text);
    offset += found?.[0].length ?? 0;
    return found !== null;
  };
  const afterValue = (): Expected => {
    const inside = open.at(-1);
    if (inside === undefined) return 'the end of the file';
    return inside === '{' ? ', or }' : ', or ]';
  };
  const close = (): Expected => {
    open.pop();
    offset += 1;
    return afterValue();
  };

  for (;;) {
    take(SPACE);
    const char = text[offset];
    if (char === undefined && expected === 'the end of the file') return undefined;
    if ((char === '}' && expected.endsWith('}')) || (char === ']' && expected.endsWith(']'))) {
      expected = close();
    } else if (expected.startsWith('a key') && take(STRING)) {
      expected = ':';
    } else if ((char === ',' && expected.startsWith(',')) || (char === ':' && expected === ':')) {
      expected = char === ',' && open.at(-1) === '{' ? 'a key in double quotes' : 'a value';
      offset += 1;
    } else if (expected.startsWith('a value') && (char === '{' || char === '[')) {
      open.push(char);
      expected = char === '{' ? 'a key in double quotes or }' : 'a value or ]';
      offset += 1;
    } else if (expected.startsWith('a value') && (take(STRING) || take(SCALAR))) {
      expected = afterValue();
    } else {
      const control = expected.startsWith('a ') && char === '"' ? controlIn(text, offset) : undefined;
      return control ?? { ...positionOf(text, offset), expected };
    }
  }
}

// A line break is left out: what is missing there is the quote at the end of the line.
const STRING_UP_TO_CONTROL = /"(?:[ !#-[\]-\uffff]|\\[^\n\r])*(?=[^ -\uffff\n\r])/y;

/** The control character that keeps a text from being a string. */
function controlIn(text: string, start: number): JsonSyntaxError | undefined {
  STRING_UP_TO_CONTROL.lastIndex = start;
  const found = STRING_UP_TO_CONTROL.exec(text);
  if (found === null) return undefined;
  const offset = start + found[0].length;
  const code = text.charCodeAt(offset).toString(16).padStart(4, '0');
  const expected: EscapedControl = `an escape such as \\u${code}, since a string holds no control character as it is`;
  return { ...positionOf(text, offset), expected };
}

/** Line and column of an offset, both from 1. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
