// Where a link of a page leads in the site. The pages are written for the repository: their links are paths of files there, and
// their anchors are those that GitHub makes. Pure.

import { posix } from 'node:path';
import type { Page } from './pages.ts';

/** The anchor of a heading, as GitHub makes it. */
export function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

export interface LinkContext {
  /** The page that has the link, by its path in the repository. */
  readonly file: string;
  readonly pages: readonly Page[];
  /** Where the repository can be read, such as https://github.com/OWNER/NAME/blob/main; empty: nowhere. */
  readonly source: string;
  /** Whether the repository has a file or folder of this path. */
  readonly has: (path: string) => boolean;
}

/**
 * What becomes of a link; undefined: it leads nowhere from the site, and is shown as text. One to a file that the repository
 * does not have stays a path of the site, where the check of the links finds that nothing is there.
 */
export function linkTo(href: string, { file, pages, source, has }: LinkContext): string | undefined {
  if (/^([a-z][a-z0-9+.-]*:|\/\/|#)/i.test(href)) return href;
  const [path = '', hash] = href.split('#');
  const target = posix.join(posix.dirname(file), decodeURI(path));
  const anchor = hash === undefined ? '' : `#${hash}`;
  const page = pages.find((each) => each.file === target);
  if (page !== undefined) return `${page.path === 'index' ? '/' : `/${page.path}`}${anchor}`;
  if (!has(target)) return `/${target}${anchor}`;
  return source === '' ? undefined : `${source}/${target}${anchor}`;
}
