// The current configuration, or an earlier one.

import * as v from 'valibot';
import type { LiveConfig } from '../../api/config.ts';
import { VersionNumber } from '../../api/edits.ts';
import { deployedConfig } from '../config/active-config.ts';
import { ontoDeployed } from '../config/onto-deployed.ts';
import { configStore } from '../config/store-stub.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { noSuchVersion, summaryView } from './edit-answer.ts';
import { fromStore } from './from-store.ts';

/** `GET /api/config`, or an earlier version with `?version=N`, combined with the platform settings deployed now. */
export async function currentConfig(request: Request, { env }: EdgeContext): Promise<Response> {
  const asked = new URL(request.url).searchParams.get('version');
  const version = asked === null ? undefined : Number(asked);
  if (version !== undefined && !v.is(VersionNumber, version)) {
    return errorResponse('bad_request', 'version is a whole number from 0');
  }
  const deployed = deployedConfig(env);
  // The time of the deploy is unknown.
  const versionZero = { version: 0, author: 'deploy', time: null, message: '', config: deployed };
  const store = configStore(env);
  if (store === undefined || version === 0) return Response.json(versionZero satisfies LiveConfig);
  return fromStore(
    async () => (version === undefined ? store.current() : store.version(version)),
    (stored) => {
      if (stored === undefined) {
        return version === undefined
          ? Response.json(versionZero satisfies LiveConfig)
          : noSuchVersion(version);
      }
      const config = ontoDeployed(stored.config, deployed);
      return Response.json({ ...summaryView(stored), config } satisfies LiveConfig);
    },
  );
}
