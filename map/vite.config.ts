// How the page of the map is built: `npm run map -- build` writes map/dist, which the Worker serves.

import { join } from 'node:path';
import type { InlineConfig, Plugin } from 'vite';
import { coastLine } from './build/coast-line.ts';
import { pageModule } from './page-module.ts';

const COAST = 'virtual:coast-line';

const config: InlineConfig = {
  root: import.meta.dirname,
  configFile: false,
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [coastLinePlugin(), pageModule()],
  build: {
    outDir: join(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    target: 'es2023',
    // A policy that allows no inline script leaves no room for data URLs and polyfills.
    assetsInlineLimit: 0,
    modulePreload: false,
    cssCodeSplit: false,
  },
};

export default config;

/** `import { land, borders } from 'virtual:coast-line'` */
function coastLinePlugin(): Plugin {
  return {
    name: 'coast-line',
    resolveId: (id) => (id === COAST ? `\0${COAST}` : undefined),
    load: (id) => {
      if (id !== `\0${COAST}`) return undefined;
      const { land, borders } = coastLine();
      return `export const land = ${JSON.stringify(land)}; export const borders = ${JSON.stringify(borders)};`;
    },
  };
}
