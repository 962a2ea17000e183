// `npm run site`: builds the docs as a site and checks its links, or serves them while they are written.

import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { build, createServer } from 'vitepress';
import { type Built, brokenLinks } from './broken-links.ts';
import { whyNotInto } from './out-folder.ts';
import { SettingError, type Settings, settingsOf } from './settings.ts';

const SITE = fileURLToPath(new URL('.', import.meta.url));
const DIST = join(SITE, 'dist');

const EXIT = { refused: 1, usage: 2 } as const;

const program = new Command('npm run site --')
  .description('The docs as a site, with search: built into site/dist, or served while they are edited.')
  .addHelpText(
    'after',
    `
Variables: SITE_BASE, the path below which it is served, such as /meridian/;
SITE_SOURCE, where the files can be read that links lead to, such as
https://github.com/OWNER/NAME/blob/main. Without it such links are text.`,
  );
program
  .command('build', { isDefault: true })
  .description('build it; a link that leads nowhere is an error (exit code 1)')
  .option('--out <folder>', 'where: a folder that is new, empty, or an earlier site, which is deleted', DIST)
  .action(async ({ out }: { out: string }) => {
    const { base } = settings();
    // Its own folder may have half a site, of a build that was interrupted.
    const refused = resolve(out) === DIST ? undefined : await whyNotInto(out);
    if (refused !== undefined) program.error(`error: ${refused}`, { exitCode: EXIT.usage });
    try {
      await build(SITE, { outDir: out });
    } catch (error) {
      // A picture that is not there, or text that Vue cannot read. What else is in the error is the bundler's own stack.
      program.error(`error: it cannot be built: ${(error as Error).message}`, { exitCode: EXIT.refused });
    }
    const broken = brokenLinks(await readBuilt(out), base);
    for (const { page, href } of broken) console.error(`${page}: ${href} leads nowhere`);
    if (broken.length > 0) process.exitCode = EXIT.refused;
    else console.log(`${out}: every link leads somewhere.`);
  });
program
  .command('dev')
  .description('serve it on 127.0.0.1, and show what is edited')
  .option('--port <number>', 'where', portOf, 5173)
  .action(async ({ port }: { port: number }) => {
    settings();
    const server = await createServer(SITE, { host: '127.0.0.1', port });
    await server.listen();
    server.printUrls();
  });
await program.parseAsync();

function settings(): Settings {
  try {
    return settingsOf(process.env);
  } catch (error) {
    if (error instanceof SettingError) program.error(`error: ${error.message}`, { exitCode: EXIT.usage });
    throw error;
  }
}

async function readBuilt(folder: string): Promise<Built> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  const read = async (file: string): Promise<readonly [string, string]> => [
    relative(folder, file).split(sep).join('/'),
    file.endsWith('.html') ? await readFile(file, 'utf8') : '',
  ];
  return new Map(await Promise.all(files.map(read)));
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('a port is 0 to 65535.');
  return port;
}
