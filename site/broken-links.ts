// Links of the built site that lead nowhere: to a page, a file or a heading that is not there. Pure: it is given what was built.

/** Of each file of the site, by its path, such as `routing.html`: its text; of other files than HTML `''`. */
export type Built = ReadonlyMap<string, string>;

export interface BrokenLink {
  readonly page: string;
  readonly href: string;
}

const LINK = /<(?:a|link|img|script)\b[^>]*?\s(?:href|src)="([^"]*)"/g;
const ID = /\sid="([^"]*)"/g;

/** @param base the path below which the site is served, with a slash at both ends */
export function brokenLinks(built: Built, base: string): readonly BrokenLink[] {
  const pages = [...built].filter(([path]) => path.endsWith('.html'));
  const ids = new Map(pages.map(([path, html]) => [path, new Set(found(html, ID))]));
  const isBroken = (page: string, href: string) => !isOutside(href) && !isThere(page, href);
  return pages.flatMap(([page, html]) =>
    found(html, LINK).flatMap((href) => (isBroken(page, href) ? [{ page, href }] : [])),
  );

  function isThere(page: string, href: string): boolean {
    const [path = '', hash] = href.split('#');
    const file = path === '' ? page : fileOf(decodeURI(path));
    if (file === undefined) return false;
    return hash === undefined || hash === '' || ids.get(file)?.has(decodeURIComponent(hash)) === true;
  }

  function fileOf(path: string): string | undefined {
    if (!path.startsWith(base)) return undefined;
    const name = path.slice(base.length);
    return [name, `${name}.html`, `${name}index.html`].find((each) => built.has(each));
  }
}

function found(html: string, pattern: RegExp): readonly string[] {
  return [...html.matchAll(pattern)].map(([, value = '']) => value.replaceAll('&amp;', '&'));
}

/** Another site, an address, or a picture in the text itself. */
function isOutside(href: string): boolean {
  return /^([a-z][a-z0-9+.-]*:|\/\/)/i.test(href);
}
