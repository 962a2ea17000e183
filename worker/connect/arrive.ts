// A client arrives: what is computed once for its visit, and the background work that the visit triggers.

import { type Door, SERVER_PATHS } from '../../api/doors.ts';
import { EXTERNAL_HEADER } from '../../api/headers.ts';
import { isExternal } from '../../regions/config.ts';
import type { Candidate, Decision } from '../../routing/decision.ts';
import { endsByWaking } from '../../routing/effect-traits.ts';
import { isOn } from '../../routing/flags.ts';
import type { Observations } from '../../routing/observation.ts';
import { anyRegionOf, regionOf } from '../config/config-copy.ts';
import type { EdgeContext } from '../edge-context.ts';
import { dialExternal, externalMeans } from '../external/dial-external.ts';
import { serversIn } from '../region/members-header.ts';
import { regionStub, serverStub } from '../region/region-stub.ts';
import { setMayWake } from '../region/wake-header.ts';
import { decide } from './decide.ts';
import { dialServers } from './dial-servers.ts';
import { flagClientOf } from './flag-client.ts';
import { forwardedHeaders, placedHeaders } from './forwarded-headers.ts';
import type { Dialable, Lesson } from './hand-off.ts';
import { learnAt, noteTaken, observeFrom } from './observe.ts';
import { isTaken } from './region-answer.ts';
import { lastServerOf, routingRequestOf, spreadKeyOf } from './routing-request.ts';
import { serverOrder } from './server-order.ts';

/** A client at the door. */
export interface Visit {
  readonly decision: Decision;
  /** The regions that may take it, best first, each with a way to reach it. */
  readonly candidates: readonly Dialable[];
  /** Whether a region that takes other clients meanwhile is waited for longer (a flag). */
  readonly waitsForBusy: boolean;
  /** Whether the first of them is asleep, as far as is known. */
  readonly firstSleeps: boolean;
  /** Remembers the result of an attempt to hand it over, for later visits. */
  readonly learn: (lesson: Lesson) => void;
  /** Which server of a region with members gave this answer. */
  readonly numberOf: (answer: Response) => number | undefined;
}

/** Decides for a client; also keeps observing, and wakes a sleeping region that would have been better. */
export async function arrive(request: Request, edge: EdgeContext, door: Door = 'nats'): Promise<Visit> {
  const { plan } = edge;
  const stubOf = (id: string) => regionStub(edge.env, regionOf(id, edge));
  const visitor = {
    ...routingRequestOf(request, edge.config.routing.pinDomains),
    onlyOwn: door !== 'nats' || request.headers.has(EXTERNAL_HEADER),
  };
  const { decision, colo, observations } = await decide(visitor, edge);
  const { wake, candidates } = decision;
  observeFrom(colo, decision, edge);
  if (wake !== undefined) edge.background('wake', stubOf(wake).wake());
  const url = `http://nats-region${SERVER_PATHS[door]}`;
  const headers = placedHeaders(request);
  const key = spreadKeyOf(request.headers);
  const last = lastServerOf(request.headers);
  const numbers = new WeakMap<Response, number>();
  return {
    decision,
    candidates: candidates.flatMap(({ region, estimate }): Dialable[] => {
      const known = { region, estimateMs: estimate.finalMs, ...tookOf(region, observations) };
      const config = anyRegionOf(region, edge);
      if (isExternal(config)) {
        const forwarded = forwardedHeaders(request);
        const means = externalMeans(edge.env);
        return [{ ...known, dial: (_wakes, signal) => dialExternal(config, means, forwarded, signal) }];
      }
      const comer = { key, last: last?.region === region ? last.number : undefined };
      const servers = serverOrder(observations.regions.get(region)?.servers, comer);
      return servers.map((number, index) => ({
        ...known,
        // A region is as good as the best of its servers.
        ...(index < servers.length - 1 && { teaches: false }),
        dial: async (wakes: boolean, signal: AbortSignal) => {
          const dialOne = async (each: number) => {
            // The platform copies them with each call.
            setMayWake(headers, wakes);
            return serverStub(edge.env, config, each).fetch(url, { headers, signal });
          };
          if (config.members === undefined) return dialOne(number);
          const { number: answered, answer } = await dialServers(number, servers.slice(0, index), dialOne);
          numbers.set(answer, answered);
          if (isTaken(answer)) noteTaken(colo, region, { number: answered, said: serversIn(answer) });
          return answer;
        },
      }));
    }),
    waitsForBusy: isOn(plan.flags, 'wait-for-busy-regions', () =>
      flagClientOf({ ...visitor, headers: request.headers }, plan),
    ),
    firstSleeps: isAsleep(candidates[0]),
    learn: (lesson) => learnAt(colo, lesson),
    numberOf: (answer) => numbers.get(answer),
  };
}

function tookOf(region: string, { regions }: Observations): Pick<Dialable, 'tookMs'> {
  const tookMs = regions.get(region)?.tookMs;
  return tookMs === undefined ? {} : { tookMs };
}

/** According to the filters, as far as the data center knows. */
function isAsleep(candidate: Candidate | undefined): boolean {
  return candidate?.effects.some(endsByWaking) ?? false;
}
