// A client arrives: what is computed once for its visit, and the background work that the visit triggers.

import type { Door } from '../../api/doors.ts';
import { EXTERNAL_HEADER } from '../../api/headers.ts';
import type { Candidate } from '../../routing/decision.ts';
import { endsByWaking } from '../../routing/effect-traits.ts';
import { isOn } from '../../routing/flags.ts';
import { regionOf } from '../config/config-copy.ts';
import type { EdgeContext } from '../edge-context.ts';
import { regionStub } from '../region/region-stub.ts';
import type { Upgrade } from '../upgrade.ts';
import { type Decided, decide } from './decide.ts';
import { type Dialables, dialablesOf } from './dialables.ts';
import { flagClientOf } from './flag-client.ts';
import type { Lesson } from './hand-off.ts';
import { learnAt, observeFrom } from './observe.ts';
import { routingRequestOf } from './routing-request.ts';

/** A client at the door. */
export interface Visit extends Dialables {
  readonly decided: Decided;
  /** Whether a region that takes other clients meanwhile is waited for longer (a flag). */
  readonly waitsForBusy: boolean;
  /** Whether the first of the candidates is asleep, as far as is known. */
  readonly firstSleeps: boolean;
  /** Remembers the result of an attempt to hand it over, for later visits. */
  readonly learn: (lesson: Lesson) => void;
}

/** Decides for a client; also keeps observing, and wakes a sleeping region that would have been better. */
export async function arrive(upgrade: Upgrade, edge: EdgeContext, door: Door = 'nats'): Promise<Visit> {
  const { plan } = edge;
  const { headers } = upgrade;
  const visitor = {
    ...routingRequestOf(upgrade, edge.config.routing.pinDomains),
    onlyOwn: door !== 'nats' || headers.has(EXTERNAL_HEADER),
  };
  const decided = await decide(visitor, edge);
  const { decision, colo } = decided;
  observeFrom(colo, decision, edge);
  const { wake } = decision;
  if (wake !== undefined) edge.background('wake', regionStub(edge.env, regionOf(wake, edge)).wake());
  return {
    ...dialablesOf(upgrade, decided, edge, door),
    decided,
    waitsForBusy: isOn(plan.flags, 'wait-for-busy-regions', () =>
      flagClientOf({ ...visitor, headers }, plan),
    ),
    firstSleeps: isAsleep(decision.candidates[0]),
    learn: (lesson) => learnAt(colo, lesson),
  };
}

/** According to the filters, as far as the data center knows. */
function isAsleep(candidate: Candidate | undefined): boolean {
  return candidate?.effects.some(endsByWaking) ?? false;
}
