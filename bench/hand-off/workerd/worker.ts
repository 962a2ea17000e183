// What is measured, as a Worker: `?run=NAME&times=M` hands over M clients one after the other, with regions that take
// each at once, and answers nothing. Clocks in workerd do not advance during computation: time is measured outside.

import { type Dialable, type HandoffOptions, handOff } from '../../../worker/connect/hand-off.ts';
import { CONTESTANTS } from '../contestants.ts';
import { handOff as withoutHedge } from './without-hedge.ts';

const RUNS: Readonly<Record<(typeof CONTESTANTS)[number], typeof handOff>> = {
  'without hedge': withoutHedge,
  'without hedge, again': withoutHedge,
  'hand-off': handOff,
};

/** A server's own answer, which counts as taken. No WebSocket, whose cost would hide what is looked for. */
const TAKEN = new Response(null, { status: 400 });

/** As many as are checked in. Only the first is dialled. */
const CANDIDATES: readonly Dialable[] = ['weur', 'eeur', 'enam', 'wnam', 'apac', 'oc'].map(
  (region, index) => ({ region, estimateMs: 10 * (index + 1), dial: async () => TAKEN }),
);

export default {
  async fetch(request: Request): Promise<Response> {
    const query = new URL(request.url).searchParams;
    const name = CONTESTANTS.find((each) => each === query.get('run'));
    if (name === undefined) return new Response('no such run', { status: 404 });
    const times = Number(query.get('times'));
    let lessons = 0;
    for (let i = 0; i < times; i++) {
      const options: HandoffOptions = {
        candidates: CANDIDATES,
        learn: () => {
          lessons += 1;
        },
        // Of its client: each request has one of its own.
        signal: new AbortController().signal,
        now: Date.now,
      };
      const { taken } = await RUNS[name](options);
      if (taken?.region !== 'weur') return new Response('another region took it', { status: 500 });
    }
    return Response.json({ lessons });
  },
};
