// Repeats a value from a request in a note: short, and safe to print.

/** How much of a value is repeated. */
const QUOTED_CHARACTERS = 20;

export function quote(value: unknown): string {
  if (typeof value !== 'string') return `of type ${value === null ? 'null' : typeof value}`;
  const text = value.length > QUOTED_CHARACTERS ? `${value.slice(0, QUOTED_CHARACTERS)}...` : value;
  return JSON.stringify(text);
}
