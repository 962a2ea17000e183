// `npm run map -- build | dev | screenshots`: builds the page, serves its sources in front of a running stack, or takes the
// pictures of the README.

import { Command } from 'commander';
import { createServer } from 'vite';
import { buildPage } from './page-build.ts';
import config from './vite.config.ts';

const program = new Command('npm run map --').description('The page of the live map.').showHelpAfterError();

program.command('build').description('writes map/dist, which the Worker serves').action(buildPage);

program
  .command('dev')
  .description('serves the sources, which reload when they change, in front of a running stack')
  .option('--url <url>', 'the stack', 'http://127.0.0.1:8787')
  .option('--port <number>', 'where to listen', Number, 5173)
  .action(async ({ url, port }: { readonly url: string; readonly port: number }) => {
    const proxy = { '/api': { target: url, ws: true }, '/health': url };
    const server = await createServer({ ...config, server: { host: '127.0.0.1', port, proxy } });
    await server.listen();
    server.printUrls();
  });

program
  .command('screenshots')
  .description('takes the pictures of the README from a stack of its own')
  .action(async () => {
    const { takeScreenshots } = await import('./screenshots.ts');
    await takeScreenshots();
  });

await program.parseAsync();
