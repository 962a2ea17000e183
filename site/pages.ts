// Which files of this repository are pages of the site, and where: the docs, and what stands beside them. They are rendered as
// they are; nothing is copied. Pure, but for reading their titles.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file, by its path in the repository, and the page that it is. */
export interface Page {
  readonly file: string;
  /** Path in the site, without `.html`. */
  readonly path: string;
  readonly title: string;
}

const BESIDE_DOCS: Readonly<Record<string, string>> = {
  'README.md': 'index',
  'CHANGELOG.md': 'changelog',
  'CONTRIBUTING.md': 'contributing',
  'SECURITY.md': 'reporting',
};

/** @param root of the repository */
export function pagesOf(root: string): readonly Page[] {
  const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  const files = [
    ...Object.entries(BESIDE_DOCS),
    ...docs.map((name) => [`docs/${name}`, name.slice(0, -'.md'.length)] as const),
  ];
  return files.map(([file, path]) => ({
    file,
    path,
    title: titleIn(readFileSync(join(root, file), 'utf8')) ?? path,
  }));
}

function titleIn(text: string): string | undefined {
  return /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '');
}
