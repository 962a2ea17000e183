// The regions that may take a client, each with a way to reach it.

import { type Door, SERVER_PATHS } from '../../api/doors.ts';
import { isExternal, type RegionConfig } from '../../regions/config.ts';
import { OWN_SERVER } from '../../regions/servers.ts';
import type { Candidate } from '../../routing/decision.ts';
import { anyRegionOf } from '../config/config-copy.ts';
import type { EdgeContext } from '../edge-context.ts';
import { dialExternal, externalMeans } from '../external/dial-external.ts';
import { serversIn } from '../region/members-header.ts';
import { serverStub } from '../region/region-stub.ts';
import { setMayWake } from '../region/wake-header.ts';
import type { Upgrade } from '../upgrade.ts';
import type { Decided } from './decide.ts';
import { dialServers } from './dial-servers.ts';
import { forwardedHeaders, placedHeaders } from './forwarded-headers.ts';
import type { Dialable } from './hand-off.ts';
import { noteTaken } from './observe.ts';
import { isTaken } from './region-answer.ts';
import { lastServerOf, spreadKeyOf } from './routing-request.ts';
import { serverOrder } from './server-order.ts';

export interface Dialables {
  /** Of the best region: one, or its servers, the best first. */
  readonly candidates: readonly Dialable[];
  /** Of the other regions, best first. */
  readonly others: () => readonly Dialable[];
  /** Which server of a region with members gave this answer. */
  readonly numberOf: (answer: Response) => number | undefined;
}

/** Of the regions that a decision names. Nearly always the first takes the client: nothing is done for those behind it. */
export function dialablesOf(
  upgrade: Upgrade,
  { decision, colo, observations }: Decided,
  edge: EdgeContext,
  door: Door,
): Dialables {
  const url = `http://nats-region${SERVER_PATHS[door]}`;
  const headers = placedHeaders(upgrade);
  const numbers: { readonly answer: Response; readonly number: number }[] = [];
  const dialServer = (config: RegionConfig, number: number, wakes: boolean, signal: AbortSignal) => {
    // The platform copies them with each call.
    setMayWake(headers, wakes);
    return serverStub(edge.env, config, number).fetch(url, { headers, signal });
  };

  const dialablesIn = (config: RegionConfig, estimateMs: number): readonly Dialable[] => {
    const { id: region } = config;
    const { servers: known, tookMs } = observations.regions.get(region) ?? {};
    const contender = { region, estimateMs, tookMs };
    if (config.members === undefined) {
      const dial: Dialable['dial'] = (wakes, signal) => dialServer(config, OWN_SERVER, wakes, signal);
      return [{ ...contender, dial }];
    }
    const last = lastServerOf(upgrade.headers);
    const servers = serverOrder(known, {
      key: spreadKeyOf(upgrade.headers),
      last: last?.region === region ? last.number : undefined,
    });
    return servers.map((number, index) => ({
      ...contender,
      // A region is as good as the best of its servers.
      ...(index < servers.length - 1 && { teaches: false }),
      dial: async (wakes, signal) => {
        const dial = (each: number) => dialServer(config, each, wakes, signal);
        const { number: answered, answer } = await dialServers(number, servers.slice(0, index), dial);
        numbers.push({ answer, number: answered });
        if (isTaken(answer)) noteTaken(colo, region, { number: answered, said: serversIn(answer) });
        return answer;
      },
    }));
  };

  const waysInto = ({ region, estimate: { finalMs } }: Candidate): readonly Dialable[] => {
    const config = anyRegionOf(region, edge);
    if (!isExternal(config)) return dialablesIn(config, finalMs);
    const dial: Dialable['dial'] = (_wakes, signal) =>
      dialExternal(config, externalMeans(edge.env), forwardedHeaders(upgrade), signal);
    return [{ region, estimateMs: finalMs, tookMs: observations.regions.get(region)?.tookMs, dial }];
  };
  const [best] = decision.candidates;
  return {
    candidates: best === undefined ? [] : waysInto(best),
    others: () => decision.candidates.slice(1).flatMap(waysInto),
    numberOf: (answer) => numbers.find((each) => each.answer === answer)?.number,
  };
}
