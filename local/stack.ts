// The whole of Meridian on one machine: the platform with its Worker, the regions, the mesh. `npm start`, the
// end-to-end tests, the load tests and the benchmarks all use it.

import { ApiClient } from '../api/client.ts';
import type { MeshLink } from '../api/mesh.ts';
import type { RegionView } from '../api/regions.ts';
import type { MeridianConfig } from '../regions/config.ts';
import type { LocalAuth } from './auth/nats-login.ts';
import { awaken } from './awaken.ts';
import { containerPlaces } from './container-places.ts';
import { type Platform, type PlatformOptions, startPlatform } from './platform.ts';
import {
  loginWith,
  type SecretChanges,
  type StackSecrets,
  watchSecrets,
  withChanges,
} from './stack-secrets.ts';
import { withTeardown } from './teardown.ts';
import { wanDelays } from './wan/wan-delays.ts';
import { buildWorker, type WorkerBuild } from './worker-build.ts';

export interface StackOptions extends Omit<PlatformOptions, 'build' | 'places' | 'delays' | 'auth'> {
  readonly config: MeridianConfig;
  /** Credentials that clients need. Default: none. */
  readonly auth?: LocalAuth | undefined;
  /** Adds the latency of real distances to clients and routes. Default: false. */
  readonly wan?: boolean | undefined;
  /** Default: as wrangler would deploy it. */
  readonly build?: (
    folder: string,
    config: MeridianConfig,
    onProcess: (pid: number) => void,
  ) => Promise<WorkerBuild>;
}

/** A running stack. */
export interface Stack extends Omit<Platform, 'hopeless' | 'tick' | 'reload' | 'secretsFile' | 'leaveLogin'> {
  readonly config: MeridianConfig;
  /** Its API, with the admin token. */
  readonly api: ApiClient;
  regions(): Promise<readonly RegionView[]>;
  mesh(): Promise<readonly MeshLink[]>;
  /**
   * Builds the Worker from its current sources and replaces the old one; the regions' servers keep running. Clients
   * lose their connection once, and reconnect by themselves. After an error the old Worker keeps running.
   */
  reload(config: MeridianConfig): Promise<void>;
}

/** Starts a stack and returns once every region that stays awake is up and linked with all others. */
export function startStack(options: StackOptions): Promise<Stack> {
  const { config, wan = false, build = buildWorker, auth } = options;
  return withTeardown(async (undo) => {
    let secrets: StackSecrets = auth?.secrets ?? {};
    let login = auth?.login;
    let built: { readonly worker: WorkerBuild; readonly wanted: MeridianConfig } | undefined;
    const builtFor =
      (wanted: MeridianConfig): PlatformOptions['build'] =>
      async (folder, onProcess) => {
        built = { worker: await build(folder, wanted, onProcess), wanted };
        return withConfig(built.worker, built.wanted, secrets);
      };
    const platform = await startPlatform({
      ...options,
      places: containerPlaces(config),
      delays: wan ? wanDelays(config) : undefined,
      build: builtFor(config),
    });
    undo.defer(platform.close);
    const { url, adminToken, engine, tick, hopeless } = platform;
    const api = new ApiClient({ url, token: adminToken });
    const changeSecrets = async (changes: SecretChanges) => {
      if (built === undefined) throw new Error('it is still being built');
      const { worker, wanted } = built;
      const changed = withChanges(secrets, changes);
      await platform.reload(async () => withConfig(worker, wanted, changed));
      secrets = changed;
      login = loginWith(changed, login);
      await platform.leaveLogin(login);
    };
    const tellFailed = ({ message }: Error) => options.onProgress?.(`secrets were not changed: ${message}`);
    const watching = watchSecrets(platform.secretsFile, changeSecrets, tellFailed);
    undo.defer(watching.close);
    const signal = AbortSignal.any([hopeless, ...(options.signal ? [options.signal] : [])]);
    await awaken({ api, tick, config, signal, onProgress: options.onProgress });
    return {
      url,
      adminToken,
      engine,
      config,
      api,
      regions: async () => (await api.regions()).regions,
      mesh: async () => (await api.mesh()).links,
      reload: (next) => platform.reload(builtFor(next)),
    };
  });
}

/** The Worker with its configuration, set as a deployment may set it too, and what is different on one machine. */
function withConfig(build: WorkerBuild, config: MeridianConfig, secrets: StackSecrets): WorkerBuild {
  const vars = { MERIDIAN_CONFIG: JSON.stringify(config), MERIDIAN_ONE_MACHINE: 'true' };
  return { ...build, vars: { ...build.vars, ...secrets, ...vars } };
}
