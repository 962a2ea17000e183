// Where this visitor's client would go and why, in one sentence, with the whole record one click away.

import { useEffect } from 'preact/hooks';
import { PATHS } from '../../../api/paths.ts';
import type { Route } from '../../../api/route.ts';
import { call } from '../call.ts';
import { app, nameOf, useApp } from '../state/use-app.ts';
import { youSentence } from '../words/you.ts';
import { Sentence } from './words.tsx';

export function YouCard() {
  const { you, world } = useApp();
  const version = world?.version;
  const states = world?.regions.map(({ state }) => state).join();
  // Asked again where the answer may be another one.
  useEffect(() => {
    const left = new AbortController();
    call<Route>(PATHS.route, { signal: left.signal }).then(
      (route) => app.set({ you: route }),
      () => {},
    );
    return () => left.abort();
  }, [version, states]);
  return (
    <section class="you" aria-labelledby="you-title">
      <h2 id="you-title">You</h2>
      {you === undefined ? (
        <p class="muted">Asking where your client would go…</p>
      ) : (
        <>
          <p class="you-sentence">
            <Sentence words={youSentence(you, (id) => nameOf(world?.regions ?? [], id))} />
          </p>
          <button
            type="button"
            class="link"
            onClick={() =>
              app.set({
                decision: { who: undefined, route: you },
                panel: 'place',
                view: 'map',
                region: undefined,
              })
            }
          >
            Show the whole record
          </button>
        </>
      )}
    </section>
  );
}
