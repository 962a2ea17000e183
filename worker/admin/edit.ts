// Every edit is carried out here, whichever endpoint asks for it: the ConfigStore checks and stores it, this isolate
// uses it at once, the regions are told, and its author gets an answer. The other isolates learn of it from KV.

import type { Change } from '../../regions/edits/diff.ts';
import { adoptConfig, deployedConfig } from '../config/active-config.ts';
import type { EditOutcome, EditRequest } from '../config/store-calls.ts';
import type { StoredVersion } from '../config/version-table.ts';
import type { EdgeContext } from '../edge-context.ts';
import { tellLiveView } from '../live/live-stub.ts';
import { tellRegions } from '../region/tell-regions.ts';
import type { Caller } from './admin-route.ts';
import { type Asked, editRefusal } from './edit-answer.ts';
import { foresee } from './foresee.ts';
import { fromStore } from './from-store.ts';
import { whyNotLeave } from './jetstream-leave.ts';
import { trafficNow } from './traffic-now.ts';

/** Who is asking for an edit. */
export type Author = Pick<Caller, 'actor' | 'address'>;

/** What the store is told about every edit, besides the edit itself. */
export type Signature = Pick<EditRequest, 'author' | 'address' | 'deployed' | 'mayLeave'>;

export interface Edit {
  readonly edge: EdgeContext;
  readonly author: Author;
  readonly asked: Asked;
  /** Asks the store to make the edit. */
  readonly ask: (signature: Signature) => Promise<EditOutcome>;
  /** The answer once the edit has been stored. */
  readonly answer: (stored: StoredVersion, changes: readonly Change[]) => Response | Promise<Response>;
}

/** Carries out an edit. Also answers if the store refuses it or does not answer. */
export function edit({ edge, author, asked, ask, answer }: Edit): Promise<Response> {
  const { env, background } = edge;
  const signature = { author: author.actor, address: author.address, deployed: deployedConfig(env) };
  return fromStore(
    async () => {
      const outcome = await ask(signature);
      if (outcome.kind !== 'leaves') return outcome;
      const { regions } = outcome;
      const reason = await whyNotLeave(env, regions);
      return reason === undefined
        ? ask({ ...signature, mayLeave: regions })
        : ({ kind: 'jetstream_behind', reason } as const);
    },
    (outcome) => {
      if (outcome.kind !== 'stored') return editRefusal(outcome, asked);
      const { stored, changes } = outcome;
      adoptConfig(env, stored.version, stored.config);
      background('tell the regions of a new version', tellRegions(env, stored));
      background('tell the live map of a new version', tellLiveView(env, stored));
      const traffic = () => trafficNow(edge);
      background('foresee what an edit does', foresee(edge, stored, { traffic, at: Date.now() }));
      return answer(stored, changes);
    },
  );
}
