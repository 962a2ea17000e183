// The built page as a module, `page.js` beside its files: the Worker carries it. Static assets of the platform would put another
// Worker before it, which every client's connection would pass.

import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Plugin, Rollup } from 'vite';
import type { PageFile } from '../worker/page/page-file.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const HASH_CHARACTERS = 12;

export function pageModule(): Plugin {
  return {
    name: 'page-module',
    writeBundle: async ({ dir = '' }, bundle) => {
      await writeFile(join(dir, 'page.js'), moduleOf(Object.values(bundle)));
    },
  };
}

/** @throws Error for a file whose type is not known */
function moduleOf(output: readonly (Rollup.OutputAsset | Rollup.OutputChunk)[]): string {
  const files = output.map((file): readonly [string, PageFile] => {
    const type = TYPES[extname(file.fileName)];
    if (type === undefined) throw new Error(`the page has a file of an unknown type: ${file.fileName}`);
    const text = file.type === 'chunk' ? file.code : Buffer.from(file.source).toString();
    return [`/${file.fileName}`, { type, text }];
  });
  const text = JSON.stringify(Object.fromEntries(files));
  const build = createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARACTERS);
  return `export const build = '${build}';\nexport const files = ${text};\n`;
}
