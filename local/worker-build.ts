// The Worker as it would be deployed: wrangler's own bundle of it, and the settings of wrangler.toml. The local
// stack runs these bytes.

import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'smol-toml';
import type { MeridianConfig, RegionConfig } from '../regions/config.ts';
import { generateWorkerClasses } from '../regions/generate/worker-classes.ts';
import { syncWranglerToml } from '../regions/generate/wrangler-sync.ts';
import { type InstanceLimits, instanceLimits } from '../regions/instance-limits.ts';
import { ensureMapPage } from './map-page.ts';
import { sourceFrames } from './source-frames.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** Cloudflare's own. */
const DEFAULT_INSTANCE = 'lite';

export interface WorkerBuild {
  /** One ES module. */
  readonly script: string;
  /** Says of positions in the script which lines of the sources they are. Default: positions stay. */
  readonly toSources?: (text: string) => string;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly vars: Readonly<Record<string, string>>;
  /** Binding and class of each object, and whether it has a container. */
  readonly objects: readonly {
    readonly binding: string;
    readonly className: string;
    readonly hasContainer: boolean;
    /** What its container may use. Default: all that there is. */
    readonly limits?: InstanceLimits | undefined;
  }[];
  /** Bindings of KV namespaces. */
  readonly kvNamespaces: readonly string[];
  /** Bindings of R2 buckets. */
  readonly r2Buckets: readonly string[];
}

/** The parts of wrangler.toml that are used here. */
interface WranglerToml {
  readonly compatibility_date: string;
  readonly compatibility_flags?: readonly string[];
  readonly vars?: Readonly<Record<string, string>>;
  readonly containers?: readonly {
    readonly class_name: string;
    readonly instance_type?: string | { readonly vcpu: number; readonly memory_mib: number };
  }[];
  readonly kv_namespaces?: readonly { readonly binding: string }[];
  readonly r2_buckets?: readonly { readonly binding: string }[];
  readonly durable_objects: {
    readonly bindings: readonly { readonly name: string; readonly class_name: string }[];
  };
}

/**
 * Builds into `folder`. A configuration with other regions than the checked-in one is built as its deploy would be.
 *
 * @param onProcess told the id of wrangler, which writes into the folder
 */
export async function buildWorker(
  folder: string,
  config: MeridianConfig,
  onProcess: (pid: number) => void = () => {},
): Promise<WorkerBuild> {
  await mkdir(folder, { recursive: true });
  // wrangler does not build without it.
  const page = await ensureMapPage();
  const checkedIn = join(PROJECT, 'wrangler.toml');
  const text = await readFile(checkedIn, 'utf8');
  const { durable_objects } = parse(text) as unknown as WranglerToml;
  const classes = new Set(durable_objects.bindings.map(({ class_name }) => class_name));
  const synced = syncWranglerToml(text, config).text;
  const wanted = parse(synced) as unknown as WranglerToml;
  const isCheckedIn = wanted.durable_objects.bindings.every(({ class_name }) => classes.has(class_name));
  const configPath = isCheckedIn ? checkedIn : await writeVariant(folder, { toml: synced, page }, config);
  const toml = isCheckedIn ? (parse(text) as unknown as WranglerToml) : wanted;
  return {
    ...(await bundle(folder, configPath, onProcess)),
    compatibilityDate: toml.compatibility_date,
    compatibilityFlags: toml.compatibility_flags ?? [],
    vars: toml.vars ?? {},
    objects: toml.durable_objects.bindings.map(({ name, class_name }) => ({
      binding: name,
      className: class_name,
      ...containerOf(class_name, toml),
    })),
    kvNamespaces: toml.kv_namespaces?.map(({ binding }) => binding) ?? [],
    r2Buckets: toml.r2_buckets?.map(({ binding }) => binding) ?? [],
  };
}

function containerOf(className: string, { containers = [] }: WranglerToml) {
  const container = containers.find(({ class_name }) => class_name === className);
  if (container === undefined) return { hasContainer: false };
  const { instance_type: type = DEFAULT_INSTANCE } = container;
  const limits =
    typeof type === 'string'
      ? instanceLimits(type as RegionConfig['instanceType'])
      : { vcpu: type.vcpu, memoryMib: type.memory_mib };
  return { hasContainer: true, limits };
}

async function bundle(
  folder: string,
  configPath: string,
  onProcess: (pid: number) => void,
): Promise<Pick<WorkerBuild, 'script' | 'toSources'>> {
  const manifest = createRequire(import.meta.url).resolve('wrangler/package.json');
  const wrangler = join(dirname(manifest), 'bin/wrangler.js');
  const output = join(folder, 'bundle');
  const args = [
    'deploy',
    '--dry-run',
    '--containers-rollout=none',
    '--outdir',
    output,
    '--config',
    configPath,
  ];
  const env = {
    ...process.env,
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_WRITE_LOGS: 'false',
    CI: 'true',
    TMPDIR: folder,
  };
  try {
    const running = promisify(execFile)(process.execPath, [wrangler, ...args], { cwd: PROJECT, env });
    if (running.child.pid !== undefined) onProcess(running.child.pid);
    await running;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`wrangler could not build the Worker:\n${stdout}${stderr}`);
  }
  const [script, map] = await Promise.all(
    ['index.js', 'index.js.map'].map((name) => readFile(join(output, name), 'utf8')),
  );
  if (script === undefined || map === undefined) throw new Error(`wrangler left no bundle in ${output}`);
  return { script, toSources: sourceFrames(map, { bundle: output, project: PROJECT }) };
}

/** A project that differs from this one only in its regions: the same Worker with other classes. */
async function writeVariant(
  folder: string,
  { toml, page }: { readonly toml: string; readonly page: string },
  config: MeridianConfig,
): Promise<string> {
  const worker = JSON.stringify(join(PROJECT, 'worker/index.ts'));
  const region = JSON.stringify(join(PROJECT, 'worker/region/nats-region.ts'));
  const entry = join(folder, 'index.ts');
  await writeFile(
    entry,
    `export { ConfigStore, default, JetStreamKeeper, LiveView, MetricsCollector, RolloutDriver, ScratchServer, SessionRegistry, SessionServer } from ${worker};\nexport * from './classes.ts';\n`,
  );
  const classes = generateWorkerClasses(config).replace("'./nats-region.ts'", region);
  await writeFile(join(folder, 'classes.ts'), classes);
  const path = join(folder, 'wrangler.toml');
  const dockerfile = JSON.stringify(join(PROJECT, 'container/Dockerfile'));
  const moved = toml
    .replace(/^main = .*$/m, `main = ${JSON.stringify(entry)}`)
    .replaceAll(/^image = .*$/gm, `image = ${dockerfile}`)
    .replace(/^"#map-page" = .*$/m, `"#map-page" = ${JSON.stringify(page)}`);
  await writeFile(path, moved);
  return path;
}
