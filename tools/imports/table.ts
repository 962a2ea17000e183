// The rules as the table of docs/architecture.md.

import type { Part } from './rules.ts';

const BEGIN = '<!-- imports: written by npm run imports -->';
const END = '<!-- end of imports -->';

/** The page with the table of these parts between its two marker lines. @throws Error without them */
export function withTable(page: string, parts: readonly Part[]): string {
  const [before, rest, ...more] = page.split(`${BEGIN}\n`);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`docs/architecture.md should have "${BEGIN}" and "${END}" once, each on a line`);
  }
  const rows = [
    ['path', 'what it is', 'may import'],
    ['---', '---', '---'],
    ...parts.map((part) => rowOf(part, parts)),
  ];
  const table = rows.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
  return `${before}${BEGIN}\n\n${table}\n${END}${after}`;
}

function rowOf({ path, what, imports, packages = [] }: Part, parts: readonly Part[]): readonly string[] {
  const isAnything = imports.includes('*');
  const names = parts.filter((part) => imports.includes(part.path)).map((part) => part.path);
  const allowed = [...names.map(codeOf), ...packages.map((name) => `\`${name}\``)];
  return [codeOf(path), what, isAnything ? 'everything' : allowed.join(', ') || 'nothing else here'];
}

function codeOf(path: string): string {
  return path.endsWith('.ts') ? `\`${path}\`` : `\`${path}/\``;
}
