// A Worker and its objects in workerd, through miniflare, with the embedded engine as its container engine.

import { convertV4MiniflareOptions, Log, LogLevel } from 'miniflare';
import { imageName } from './engine/image-name.ts';
import { startMiniflare } from './miniflare.ts';
import { type Closeable, withTeardown } from './teardown.ts';
import type { WorkerBuild } from './worker-build.ts';

/** What the Worker is called in workerd. */
export const WORKER = 'meridian';

/** The cron trigger of wrangler.toml. */
const EVERY_MINUTE = '* * * * *';
const MINUTE_MS = 60_000;

/** Any name will do: the embedded engine runs its own sidecar instead of the interceptor. */
const EGRESS_IMAGE = 'meridian/sidecar';

export interface EdgeOptions {
  readonly build: WorkerBuild;
  readonly host: string;
  readonly port: number;
  readonly engineSocket: string;
  /** The admin API's token. */
  readonly adminToken: string;
  /** Where objects, KV and R2 are kept, each in a folder of its name (`do`, `kv`, `r2`). Default: until it is closed. */
  readonly storage?: string | undefined;
  /** A port of this machine where a debugger may connect to workerd. Default: nowhere. */
  readonly inspectorPort?: number | undefined;
  /** What the Worker writes to its console, and workerd to its own. */
  readonly onLog: (line: string) => void;
  /** Where temporary files go. */
  readonly folder: string;
  /** Told the id of every workerd that is started. */
  readonly onProcess: (pid: number) => void;
}

/** A running Worker. */
export interface Edge extends Closeable {
  readonly url: string;
  /** Fires the cron trigger, as Cloudflare does every minute. */
  tick(): Promise<void>;
  /**
   * Replaces this Worker with another one, at the same address and with what the objects and KV have stored.
   * Connections through it end; containers keep running. If the new one cannot start, the old one is restarted and
   * this throws.
   */
  reload(build: WorkerBuild): Promise<void>;
}

export function startEdge(options: EdgeOptions): Promise<Edge> {
  const { onLog, onProcess, folder } = options;
  return withTeardown(async (undo) => {
    const { miniflare, url, close } = await startMiniflare(settingsOf(options), { onProcess, folder });
    undo.defer(close);
    const tick = async () => {
      // Fetched anew each time: after a crash miniflare restarts workerd, and what it returned before no longer works.
      const worker = await miniflare.getWorker(WORKER);
      await worker.scheduled({ cron: EVERY_MINUTE });
    };
    const timer = setInterval(
      () => void tick().catch((error: unknown) => onLog(`cron: ${error}`)),
      MINUTE_MS,
    );
    undo.defer(() => clearInterval(timer));
    let running: EdgeOptions = { ...options, port: Number(url.port) };
    const reload = async (build: WorkerBuild) => {
      const next = { ...running, build };
      try {
        await miniflare.setOptions(settingsOf(next));
        running = next;
      } catch (error) {
        await miniflare.setOptions(settingsOf(running));
        throw error;
      }
    };
    return { url: url.origin, tick, reload };
  });
}

function settingsOf(options: EdgeOptions) {
  const { build, host, port, engineSocket, adminToken, storage, inspectorPort, onLog } = options;
  const { toSources = (text: string) => text } = build;
  const log = (line: string) => onLog(toSources(line));
  return convertV4MiniflareOptions({
    host,
    port,
    cf: false,
    log: new LineLog(log),
    ...(storage !== undefined && { resourcePersistencePath: storage }),
    ...(inspectorPort !== undefined && { inspectorPort }),
    handleStructuredLogs: ({ message }) => log(message),
    containerEngine: {
      localDocker: { socketPath: `unix:${engineSocket}`, containerEgressInterceptorImage: EGRESS_IMAGE },
    },
    workers: [
      {
        name: WORKER,
        modules: [{ type: 'ESModule', path: 'index.js', contents: build.script }],
        compatibilityDate: build.compatibilityDate,
        compatibilityFlags: [...build.compatibilityFlags],
        bindings: { ...build.vars, MERIDIAN_ADMIN_TOKEN: adminToken },
        kvNamespaces: [...build.kvNamespaces],
        r2Buckets: [...build.r2Buckets],
        // No rate limit: all users of this machine share one address, and tests make a thousand edits from it.
        durableObjects: Object.fromEntries(
          build.objects.map(({ binding, className, hasContainer, limits }) => [
            binding,
            {
              className,
              useSQLite: true,
              ...(hasContainer && { container: { imageName: imageName(limits) } }),
            },
          ]),
        ),
      },
    ],
  });
}

/** Miniflare's own log, forwarded. */
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
