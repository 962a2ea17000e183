// The Worker with modules replaced; everything else is the same code. For more regions than Cloudflare has places, which
// it would rightly refuse, the rule about places is left out; a client may be handed over without hedging; and every
// request may count as the first that its isolate sees.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { parse } from 'smol-toml';
import type { WorkerBuild } from '../../local/worker-build.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { generateWorkerClasses } from '../../regions/generate/worker-classes.ts';
import { bindingNameOf, classNameOf } from '../../regions/names.ts';
import { bundleWorker } from './bundle-worker.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** In place of regions/rules/place.ts. */
const NO_RULE = 'export const checkPlace = () => [];';

const withoutRuleOnPlaces: Plugin = {
  name: 'without-rule-on-places',
  setup: ({ onLoad }) => onLoad({ filter: /[/\\]rules[/\\]place\.ts$/ }, () => ({ contents: NO_RULE })),
};

const UNHEDGED = fileURLToPath(new URL('../hand-off/workerd/without-hedge.ts', import.meta.url));

const withoutHedge: Plugin = {
  name: 'without-hedge',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/hand-off\.ts$/ }, ({ importer }) =>
      /[/\\]connect-client\.ts$/.test(importer) ? { path: UNHEDGED } : undefined,
    ),
};

/** In place of worker/connect/observe.ts, for the decision only. */
const asFirstVisit = (how: string): Plugin => ({
  name: 'as-first-visit',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/observe\.ts$/ }, ({ importer }) =>
      /[/\\]decide\.ts$/.test(importer)
        ? { path: fileURLToPath(new URL(`../first-visit/workerd/${how}.ts`, import.meta.url)) }
        : undefined,
    ),
});

interface WranglerToml {
  readonly compatibility_date: string;
  readonly compatibility_flags?: readonly string[];
  readonly vars?: Readonly<Record<string, string>>;
}

type Build = (folder: string, config: MeridianConfig) => Promise<WorkerBuild>;

export const buildCrowdedWorker: Build = (_folder, config) => buildWith(config, [withoutRuleOnPlaces]);

/** Both are bundled in the same way, and differ in one module. */
export const HAND_OFF_WORKERS: Readonly<Record<'hedged' | 'unhedged', Build>> = {
  hedged: (_folder, config) => buildWith(config, []),
  unhedged: (_folder, config) => buildWith(config, [withoutHedge]),
};

export const buildFirstVisitWorker =
  (how: 'known' | 'unknown' | 'unawaited'): Build =>
  (_folder, config) =>
    buildWith(config, [asFirstVisit(how)]);

async function buildWith(config: MeridianConfig, plugins: readonly Plugin[]): Promise<WorkerBuild> {
  const toml = parse(await readFile(`${PROJECT}wrangler.toml`, 'utf8')) as unknown as WranglerToml;
  return {
    script: await bundle(config, plugins),
    compatibilityDate: toml.compatibility_date,
    compatibilityFlags: toml.compatibility_flags ?? [],
    vars: toml.vars ?? {},
    objects: [
      { binding: 'CONFIG_STORE', className: 'ConfigStore', hasContainer: false },
      { binding: 'JETSTREAM_SCRATCH', className: 'ScratchServer', hasContainer: true },
      { binding: 'JETSTREAM_KEEPER', className: 'JetStreamKeeper', hasContainer: false },
      { binding: 'METRICS', className: 'MetricsCollector', hasContainer: false },
      { binding: 'SESSION_REGISTRY', className: 'SessionRegistry', hasContainer: false },
      { binding: 'SESSION_SERVER', className: 'SessionServer', hasContainer: true },
      ...config.regions.map(({ id }) => ({
        binding: bindingNameOf(id),
        className: classNameOf(id),
        hasContainer: true,
      })),
    ],
    kvNamespaces: ['CONFIG'],
    r2Buckets: ['BACKUPS'],
  };
}

function bundle(config: MeridianConfig, plugins: readonly Plugin[]): Promise<string> {
  const classes = generateWorkerClasses(config).replace(
    "'./nats-region.ts'",
    "'./worker/region/nats-region.ts'",
  );
  return bundleWorker({
    stdin: {
      contents: `export { default, ConfigStore, JetStreamKeeper, MetricsCollector, ScratchServer, SessionRegistry, SessionServer } from './worker/index.ts';\n${classes}`,
      resolveDir: PROJECT,
      loader: 'ts',
    },
    plugins: [...plugins],
  });
}
