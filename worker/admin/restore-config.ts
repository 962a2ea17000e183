// The configuration from the backup of an earlier deployment, for a new one that has none yet. The caller of this has
// authorized the request.

import type { RestoredConfig } from '../../api/config.ts';
import { RestoreConfigBodySchema } from '../../api/edits.ts';
import { nextStartNotes } from '../../regions/edits/next-start.ts';
import { adoptConfig, deployedConfig } from '../config/active-config.ts';
import type { RestoreOutcome } from '../config/store-calls.ts';
import { configStore } from '../config/store-stub.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { tellRegions } from '../region/tell-regions.ts';
import type { Author } from './edit.ts';
import { editRefusal, summaryView } from './edit-answer.ts';
import { fromStore, noStore } from './from-store.ts';
import { whyNotLeave } from './jetstream-leave.ts';
import { readJsonBody } from './json-body.ts';

/** `POST /api/config/restore` */
export async function restoreConfig(
  request: Request,
  { env, background, audit }: EdgeContext,
  { actor, address }: Author,
): Promise<Response> {
  const store = configStore(env);
  if (store === undefined) return noStore();
  const read = await readJsonBody(request, RestoreConfigBodySchema);
  if (!read.ok) {
    audit({ actor, address, action: 'restore-config', outcome: read.code });
    return read.response;
  }
  const { body } = read;
  const signature = { author: actor, address, deployed: deployedConfig(env) };
  return fromStore(
    async () => {
      const asked = { ...body, ...signature };
      const outcome = await store.restore(asked);
      if (outcome.kind !== 'leaves') return outcome;
      const { regions } = outcome;
      const reason = await whyNotLeave(env, regions);
      return reason === undefined
        ? store.restore({ ...asked, mayLeave: regions })
        : ({ kind: 'jetstream_behind', reason } as const);
    },
    (outcome) => {
      if (outcome.kind !== 'restored') return refusal(outcome, body);
      const { stored } = outcome;
      if (stored !== undefined) {
        adoptConfig(env, stored.version, stored.config);
        background('tell the regions of a new version', tellRegions(env, stored));
      }
      return Response.json(viewOf(outcome, actor, body.message));
    },
  );
}

/** The answer if the deployment has no bucket. */
export function noBucket(): Response {
  return errorResponse(
    'no_bucket',
    'this deployment has no bucket for backups: bind BACKUPS in wrangler.toml',
  );
}

type Restored = Extract<RestoreOutcome, { kind: 'restored' }>;

function viewOf({ stored, plan }: Restored, actor: string, message = ''): RestoredConfig {
  const { store, version, as, config, changes, notTaken, history } = plan;
  const planned = { version: as, author: actor, message, time: null };
  return {
    ...(stored === undefined ? planned : summaryView(stored)),
    from: { store, ...summaryView(version), time: new Date(version.time).toISOString() },
    config,
    changes,
    notTaken,
    history,
    warnings: nextStartNotes(changes),
  };
}

function refusal(
  outcome: Exclude<RestoreOutcome, { kind: 'restored' }>,
  { base, version, store }: { readonly base: number; readonly version?: number; readonly store?: string },
): Response {
  switch (outcome.kind) {
    case 'no_bucket':
      return noBucket();
    case 'bucket_unavailable':
      return errorResponse(
        'bucket_unavailable',
        `nothing was restored: ${outcome.problem}. If it is one version that cannot be read, ask for another one`,
      );
    case 'no_such_backup': {
      const what = version === undefined ? 'no configuration' : `no version ${version} of the configuration`;
      const whose = store === undefined ? 'an earlier deployment of this cluster' : `the store ${store}`;
      return errorResponse('no_such_backup', `the bucket has ${what} of ${whose}`);
    }
    case 'not_empty':
      return errorResponse(
        'not_empty',
        `this deployment is at version ${outcome.current} already. With "force": true the version from the backup becomes the next one; history and audit log of the backup stay in the bucket`,
        { details: { current: outcome.current } },
      );
    default:
      return editRefusal(outcome, { base });
  }
}
