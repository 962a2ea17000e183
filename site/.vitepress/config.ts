// The site: docs/ and the pages beside it as they are, with a search that needs no server. `npm run site` builds it.

import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { anchorOf, linkTo } from '../links.ts';
import { pagesOf } from '../pages.ts';
import { keepPlainText } from '../plain-text.ts';
import { settingsOf } from '../settings.ts';
import { sidebarOf } from '../sidebar.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { source, base } = settingsOf(process.env);
const has = (path: string) => existsSync(join(ROOT, path));

const pages = pagesOf(ROOT);
const isPage = new Set(pages.map(({ file }) => file));
const others = readdirSync(ROOT, { withFileTypes: true })
  .filter(({ name }) => name !== 'docs')
  .flatMap((each) => (each.isDirectory() ? [`${each.name}/**`] : isPage.has(each.name) ? [] : [each.name]));

interface Tag {
  type: string;
  tag: string;
  attrs: [string, string][] | null;
}

/** A link that leads nowhere from here: its words stay. Of another type, so that nothing makes it a link again. */
function asText(open: Tag, close: Tag | undefined): void {
  Object.assign(open, { type: 'text_open', tag: 'span', attrs: null });
  if (close !== undefined) Object.assign(close, { type: 'text_close', tag: 'span' });
}

export default defineConfig({
  title: 'Meridian',
  description: 'A geo-routing, multi-region edge router for NATS on Cloudflare',
  base,
  srcDir: ROOT,
  srcExclude: others,
  outDir: fileURLToPath(new URL('../dist', import.meta.url)),
  cleanUrls: true,
  rewrites: Object.fromEntries(pages.map(({ file, path }) => [file, `${path}.md`])),
  themeConfig: {
    sidebar: sidebarOf(pages),
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    ...(source !== '' && { nav: [{ text: 'Source', link: source.replace(/\/blob\/.*$/, '') }] }),
  },
  markdown: {
    // What looks like a tag is text: <n> is a number.
    html: false,
    anchor: { slugify: anchorOf },
    config: (md) => {
      keepPlainText(md);
      md.core.ruler.push('links of the repository', ({ tokens, env }) => {
        const file = relative(ROOT, env.realPath ?? env.path)
          .split(sep)
          .join('/');
        for (const { children } of tokens) {
          for (const [index, token] of (children ?? []).entries()) {
            if (token.type !== 'link_open') continue;
            const to = linkTo(token.attrGet('href') ?? '', { file, pages, source, has });
            if (to !== undefined) token.attrSet('href', to);
            else
              asText(
                token,
                children?.slice(index).find(({ type }) => type === 'link_close'),
              );
          }
        }
      });
    },
  },
});
