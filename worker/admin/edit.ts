// Every edit is carried out here, whichever endpoint asks for it: the ConfigStore checks and stores it, this isolate
// uses it at once, the regions are told, and its author gets an answer. The other isolates learn of it from KV.

import type { Change } from '../../regions/edits/diff.ts';
import { adoptConfig, deployedConfig } from '../config/active-config.ts';
import type { EditOutcome, EditRequest } from '../config/store-calls.ts';
import type { StoredVersion } from '../config/version-table.ts';
import type { EdgeContext } from '../edge-context.ts';
import type { Env } from '../env.ts';
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

/** The same, of an edit that Meridian makes by itself: it comes from nowhere. */
type Signer = Pick<Author, 'actor'> & Partial<Author>;

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
  return fromStore(
    () => makeEdit(edge, author, ask),
    (outcome) =>
      outcome.kind === 'stored' ? answer(outcome.stored, outcome.changes) : editRefusal(outcome, asked),
  );
}

/** Carries out an edit, and has everybody told of it. @throws if the store does not answer */
export async function makeEdit(
  edge: EdgeContext,
  { actor, address }: Signer,
  ask: Edit['ask'],
): Promise<EditOutcome> {
  const { env, background } = edge;
  const deployed = deployedConfig(env);
  const signature = { author: actor, ...(address !== undefined && { address }), deployed };
  const first = await ask(signature);
  const outcome = first.kind === 'leaves' ? await askAgain(env, first.regions, signature, ask) : first;
  if (outcome.kind !== 'stored') return outcome;
  const { stored } = outcome;
  adoptConfig(env, stored.version, stored.config);
  background('tell the regions of a new version', tellRegions(env, stored));
  background('tell the live map of a new version', tellLiveView(env, stored));
  const traffic = () => trafficNow(edge);
  background('foresee what an edit does', foresee(edge, stored, { traffic, at: Date.now() }));
  return outcome;
}

/** Once the Keeper has said whether streams can spare these regions. */
async function askAgain(
  env: Env,
  regions: readonly string[],
  signature: Signature,
  ask: Edit['ask'],
): Promise<EditOutcome> {
  const reason = await whyNotLeave(env, regions);
  return reason === undefined
    ? ask({ ...signature, mayLeave: regions })
    : { kind: 'jetstream_behind', reason };
}
