// What the pages for newcomers name is there. What the README shows is run by test/examples/readme.test.ts.

import { access, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';

const PROJECT = new URL('..', import.meta.url);

function read(path: string): Promise<string> {
  return readFile(new URL(path, PROJECT), 'utf8');
}

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
