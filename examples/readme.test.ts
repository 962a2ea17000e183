// What the README shows is what examples/ runs, and what it names is there.

import { access, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';

const PROJECT = new URL('..', import.meta.url);

function read(path: string): Promise<string> {
  return readFile(new URL(path, PROJECT), 'utf8');
}

/** The lines between `#region connect` and `#endregion`, without the indentation that they share. */
function connectRegion(source: string): string {
  const text = /#region connect\n(.*?)\n[^\n]*#endregion/s.exec(source)?.[1];
  if (text === undefined) throw new Error('no #region connect');
  const indent = /^[ \t]*/.exec(text)?.[0] ?? '';
  return text
    .split('\n')
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join('\n');
}

/** The code block that follows `<!-- path -->`. */
function blockOf(readme: string, path: string): string | undefined {
  const [, after] = readme.split(`<!-- ${path} -->\n`);
  return /^```\w+\n(.*?)\n```\n/s.exec(after ?? '')?.[1];
}

test.each(['examples/node/client.mjs', 'examples/go/main.go', 'examples/python/client.py'])(
  'the README shows how %s connects',
  async (path) => {
    expect(blockOf(await read('README.md'), path)).toBe(connectRegion(await read(path)));
  },
);

describe.each(['README.md', 'CONTRIBUTING.md', 'docs/container.md', 'examples/README.md'])('%s', (page) => {
  test('names scripts of package.json only', async () => {
    const { scripts } = JSON.parse(await read('package.json')) as { readonly scripts: object };
    const named = (await read(page)).matchAll(/npm (?:run )?(start|test|(?<=run )[\w:-]+)/g);
    expect([...named].map(([, script]) => script).filter((script = '') => !(script in scripts))).toEqual([]);
  });

  test('links to files that are there', async () => {
    const links = (await read(page)).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g);
    const folder = new URL(page, PROJECT);
    for (const [, path = ''] of links)
      await expect(access(new URL(path, folder)), path).resolves.toBeUndefined();
  });
});
