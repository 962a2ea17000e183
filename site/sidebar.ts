// The order in which readers find the pages. A page that is in none of the groups is in the last one. Pure.

import type { Page } from './pages.ts';

const GROUPS: readonly (readonly [title: string, paths: readonly string[]])[] = [
  ['Begin', ['index', 'deploying', 'configuration', 'infrastructure', 'pipeline', 'cost', 'limits']],
  ['Connect', ['nats', 'clients', 'doors', 'sessions', 'external', 'flags', 'http-api']],
  [
    'Operate',
    [
      'operations',
      'map',
      'observability',
      'rollouts',
      'members',
      'mesh',
      'backup',
      'state',
      'security',
      'load-testing',
    ],
  ],
  ['How it works', ['architecture', 'routing', 'storage', 'container', 'performance', 'dependencies']],
];
const LAST = 'More';

interface Item {
  readonly text: string;
  readonly link: string;
}

export interface Group {
  readonly text: string;
  readonly items: Item[];
}

export function sidebarOf(pages: readonly Page[]): Group[] {
  const item = ({ path, title }: Page): Item => ({ text: title, link: path === 'index' ? '/' : `/${path}` });
  const named = GROUPS.map(([text, paths]) => ({
    text,
    items: paths.flatMap((path) => pages.filter((page) => page.path === path).map(item)),
  }));
  const known = new Set(GROUPS.flatMap(([, paths]) => paths));
  const rest = pages.filter(({ path }) => !known.has(path)).map(item);
  return [...named, { text: LAST, items: rest }].filter(({ items }) => items.length > 0);
}
