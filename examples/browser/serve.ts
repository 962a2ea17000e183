// Serves the page on this machine: npm run example:browser [-- port]. esbuild bundles its script at each request; nothing is written.

import { context } from 'esbuild';

const FOLDER = import.meta.dirname;
const [, , port = '8788'] = process.argv;

const build = await context({
  entryPoints: [`${FOLDER}/client.ts`],
  outdir: FOLDER,
  write: false,
  bundle: true,
  format: 'esm',
  target: 'es2022',
});
const served = await build.serve({ host: '127.0.0.1', port: Number(port), servedir: FOLDER });
console.log(`open http://127.0.0.1:${served.port}/`);
