// The one way of an edit, whatever asks for it: the ConfigStore judges and stores it, this isolate steers by it at
// once, the regions are told, and its author is answered. The other isolates hear of it from KV.

import type { Change } from '../../regions/edits/diff.ts';
import { adoptConfig, deployedConfig } from '../config/active-config.ts';
import type { EditOutcome, EditRequest } from '../config/config-store.ts';
import type { StoredVersion } from '../config/version-table.ts';
import type { EdgeContext } from '../edge-context.ts';
import { tellRegions } from '../region/tell-regions.ts';
import type { Caller } from './admin-route.ts';
import { type Asked, editRefusal } from './edit-answer.ts';
import { fromStore } from './from-store.ts';

/** Who asks for an edit. */
export type Author = Pick<Caller, 'actor' | 'address'>;

/** What the store is told of every edit besides what it asks for. */
export type Signature = Pick<EditRequest, 'author' | 'address' | 'deployed'>;

export interface Edit {
  readonly edge: EdgeContext;
  readonly author: Author;
  readonly asked: Asked;
  /** Asks the store for it. */
  readonly ask: (signature: Signature) => Promise<EditOutcome>;
  /** Answers when it has been stored. */
  readonly answer: (stored: StoredVersion, changes: readonly Change[]) => Response | Promise<Response>;
}

/** Carries an edit out. What the store refuses, and a store that does not answer, is answered here. */
export function edit({ edge, author, asked, ask, answer }: Edit): Promise<Response> {
  const { env, background } = edge;
  const signature = { author: author.actor, address: author.address, deployed: deployedConfig(env) };
  return fromStore(
    () => ask(signature),
    (outcome) => {
      if (outcome.kind !== 'stored') return editRefusal(outcome, asked);
      const { stored, changes } = outcome;
      adoptConfig(env, stored.version, stored.config);
      background('tell the regions of a new version', tellRegions(env, stored));
      return answer(stored, changes);
    },
  );
}
