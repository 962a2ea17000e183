// Cloudflare on one machine: the Worker and its objects in workerd, through miniflare, with the embedded engine
// as its container engine.

import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare';
import type { MeridianConfig } from '../regions/config.ts';
import { withoutSignalHooks } from './signal-hooks.ts';
import type { WorkerBuild } from './worker-build.ts';

const WORKER = 'meridian';

/** The cron trigger of wrangler.toml. */
const EVERY_MINUTE = '* * * * *';
const MINUTE_MS = 60_000;

/** Any name will do: the embedded engine runs one image, and the interceptor's place is taken by its sidecar. */
const IMAGE = 'meridian/nats-server';
const EGRESS_IMAGE = 'meridian/sidecar';

export interface EdgeOptions {
  readonly build: WorkerBuild;
  readonly config: MeridianConfig;
  readonly host: string;
  readonly port: number;
  readonly engineSocket: string;
  /** Secret by which the admin API lets in. */
  readonly adminToken: string;
  /** What the Worker writes to its console, and workerd to its own. */
  readonly onLog: (line: string) => void;
}

/** A running Worker. */
export interface Edge {
  readonly url: string;
  /** Fires the cron trigger, as Cloudflare does every minute. */
  tick(): Promise<void>;
  /**
   * Runs another Worker in the place of this one, at the same address and with what the objects and KV have stored.
   * Connections through it end; containers run on. One that cannot start is taken back before this throws.
   */
  reload(build: WorkerBuild, config: MeridianConfig): Promise<void>;
  close(): Promise<void>;
}

export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { onLog } = options;
  const miniflare = withoutSignalHooks(() => new Miniflare(settingsOf(options)));
  const url = await miniflare.ready;
  const tick = async () => {
    // Asked for each time: after a crash miniflare starts workerd again, and what it gave out before is of no use.
    const worker = await miniflare.getWorker(WORKER);
    await worker.scheduled({ cron: EVERY_MINUTE });
  };
  const timer = setInterval(() => void tick().catch((error: unknown) => onLog(`cron: ${error}`)), MINUTE_MS);
  let running: EdgeOptions = { ...options, port: Number(url.port) };
  const reload = async (build: WorkerBuild, config: MeridianConfig) => {
    const next = { ...running, build, config };
    try {
      await miniflare.setOptions(settingsOf(next));
      running = next;
    } catch (error) {
      await miniflare.setOptions(settingsOf(running));
      throw error;
    }
  };
  return {
    url: url.origin,
    tick,
    reload,
    close: () => {
      clearInterval(timer);
      return miniflare.dispose();
    },
  };
}

function settingsOf({ build, config, host, port, engineSocket, adminToken, onLog }: EdgeOptions) {
  return convertV4MiniflareOptions({
    host,
    port,
    cf: false,
    log: new LineLog(onLog),
    handleStructuredLogs: ({ message }) => onLog(message),
    containerEngine: {
      localDocker: { socketPath: `unix:${engineSocket}`, containerEgressInterceptorImage: EGRESS_IMAGE },
    },
    workers: [
      {
        name: WORKER,
        modules: [{ type: 'ESModule', path: 'index.js', contents: build.script }],
        compatibilityDate: build.compatibilityDate,
        compatibilityFlags: [...build.compatibilityFlags],
        bindings: {
          ...build.vars,
          MERIDIAN_CONFIG: JSON.stringify(asOnOneMachine(config)),
          MERIDIAN_ADMIN_TOKEN: adminToken,
        },
        kvNamespaces: [...build.kvNamespaces],
        // No rate limit: everybody on this machine has one address, and tests make a thousand edits from it.
        durableObjects: Object.fromEntries(
          build.objects.map(({ binding, className, hasContainer }) => [
            binding,
            { className, useSQLite: true, ...(hasContainer && { container: { imageName: IMAGE } }) },
          ]),
        ),
      },
    ],
  });
}

/** Miniflare's own log, handed on. */
class LineLog extends Log {
  readonly #onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    super(LogLevel.WARN);
    this.#onLine = onLine;
  }

  override log(message: string): void {
    this.#onLine(message);
  }
}

/**
 * On one machine every region is equally near, whatever city a client claims to be in: the model is all there is.
 * And whoever should know of a drain knows at once.
 */
function asOnOneMachine(config: MeridianConfig): MeridianConfig {
  return { ...config, routing: { ...config.routing, measure: false, drainSettleSeconds: 1 } };
}
