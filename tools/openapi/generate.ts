// Writes what is generated from the contract in api/: `npm run openapi`, after a change there. The same contract gives
// the same bytes, and a test fails while the files differ.

import { readFileSync, writeFileSync } from 'node:fs';
import manifest from '../../package.json' with { type: 'json' };
import { openApiDocument } from './document.ts';
import { withTables } from './tables.ts';

const ROOT = new URL('../../', import.meta.url);
const PAGES = ['docs/http-api.md', 'docs/members.md', 'docs/sessions.md'] as const;

/** The text of each generated file, by its path. On the pages only the parts between markers are generated. */
export function generated(): ReadonlyMap<string, string> {
  return new Map([
    ['worker/status/openapi-document.ts', moduleOf(openApiDocument())],
    ...PAGES.map((page) => [page, withTables(readFileSync(new URL(page, ROOT), 'utf8'))] as const),
  ]);
}

/** One string, which costs the isolate nothing to parse. */
function moduleOf(document: object): string {
  const text = JSON.stringify(document).replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return `// The OpenAPI document, generated from api/ by \`npm run openapi\`: don't edit.

/** The software's. */
export const MERIDIAN_VERSION = '${manifest.version}';

export const OPENAPI =
  '${text}';
`;
}

if (import.meta.main) for (const [path, text] of generated()) writeFileSync(new URL(path, ROOT), text);
