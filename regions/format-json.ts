// JSON as Biome formats it (lists of plain values on one line if they fit), so that files written here pass the
// linter unchanged.

// biome.json's lineWidth.
const LINE_WIDTH = 110;

/** `value` as the text of a JSON file. */
export function formatJson(value: unknown): string {
  return `${format(value, '', 0)}\n`;
}

// `before`: how many columns of the line the key and the indentation take.
function format(value: unknown, indent: string, before: number): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const flat = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
    const isPlain = value.every((item) => typeof item !== 'object' || item === null);
    // One column for the comma that may follow.
    if (isPlain && before + flat.length + 1 <= LINE_WIDTH) return flat;
    return `[\n${value.map((item) => inner + format(item, inner, inner.length)).join(',\n')}\n${indent}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const lines = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => {
      const start = `${inner}${JSON.stringify(key)}: `;
      return start + format(item, inner, start.length);
    });
  return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n${indent}}`;
}
