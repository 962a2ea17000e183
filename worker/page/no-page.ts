// In place of the page of the live map, which is built (map/page-module.ts): the Worker without one. wrangler.toml names the
// built one.

import type { PageFile } from './page-file.ts';

/** Names the page that is deployed; `none` where there is no page. */
export const build: string = 'none';

/** By path. */
export const files: Readonly<Record<string, PageFile>> = {};
